import { expect, test } from 'vitest';
import { serverEvents } from './event-stream.ts';

const read = async (...chunks: readonly (string | Uint8Array)[]) => {
  const body = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  };
  const events = [];
  for await (const event of serverEvents(body())) events.push(event);
  return events;
};

test('events are read with their type, data and id', async () => {
  expect(await read('id: 7\nevent: place\n\nid: 8\nevent: message\ndata: {"a":1}\n\ndata: x\ndata: y\n\n')).toEqual([
    { event: 'place', data: '', id: '7' },
    { event: 'message', data: '{"a":1}', id: '8' },
    { event: 'message', data: 'x\ny', id: undefined },
  ]);
});

test('an event may come in pieces, cut anywhere, with any kind of line end', async () => {
  const [whole] = await read('event: message\r\ndata: grüße\r\n\r\n');
  expect(whole).toEqual({ event: 'message', data: 'grüße', id: undefined });
  const bytes = new TextEncoder().encode('event: message\r\ndata: grüße\r\n\r\n');
  for (let cut = 1; cut < bytes.length; cut++) expect(await read(bytes.slice(0, cut), bytes.slice(cut))).toEqual([whole]);
});

test('comments and an unfinished event at the end are left out', async () => {
  expect(await read(': hello\n\ndata: 1\n\ndata: 2\n')).toEqual([{ event: 'message', data: '1', id: undefined }]);
});
