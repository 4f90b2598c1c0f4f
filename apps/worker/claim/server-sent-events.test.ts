import { expect, test } from 'vitest';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

const eventsOf = async (text: string, pieceBytes: number): Promise<ServerSentEvent[]> => {
  const bytes = Buffer.from(text);
  async function* body() {
    for (let i = 0; i < bytes.length; i += pieceBytes) yield bytes.subarray(i, i + pieceBytes);
  }
  const found: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(body())) found.push(event);
  return found;
};

test('events are read whole, however the connection cuts them', async () => {
  const text =
    'id: 1\nevent: place\n\n: a remark\n\nid: 2\r\nevent: message\r\ndata: {"a":\r\ndata: "ü"}\r\n\r\n' +
    'data:x\n\nid: 3\nevent: message\ndata: unfinished';
  const expected = [
    { id: '1', event: 'place', data: '' },
    { id: '2', event: 'message', data: '{"a":\n"ü"}' },
    { id: undefined, event: 'message', data: 'x' },
  ];
  for (const pieceBytes of [1, 2, 7, 1000]) expect(await eventsOf(text, pieceBytes)).toEqual(expected);
});
