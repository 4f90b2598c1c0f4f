import { expect, test } from 'vitest';
import { bindingsOf } from './interest.ts';
import { eventReader, type ServerEvent } from './sse.ts';

const read = (...pieces: readonly string[]): readonly ServerEvent[] => {
  const events: ServerEvent[] = [];
  const push = eventReader((event) => events.push(event));
  for (const piece of pieces) push(piece);
  return events;
};

test('events are read wherever the stream was cut, with \\n and \\r\\n', () => {
  const stream = 'event: place\nid: 7\n\n: a comment\nid: 8\r\nevent: message\r\ndata: {"a":\r\ndata: 1}\r\n\r\n';
  const whole = read(stream);
  expect(whole).toEqual([
    { id: '7', event: 'place', data: '' },
    { id: '8', event: 'message', data: '{"a":\n1}' },
  ]);
  expect(read(...stream.split(''))).toEqual(whole);
});

test('an event without an id leaves the place as it was, and an unfinished one is not told', () => {
  expect(read('data: x\n\ndata: y\n')).toEqual([{ id: undefined, event: 'message', data: 'x' }]);
});

test('a task is the second word of the routing keys, its group the ninth', () => {
  const key = 'primary.TASK.0.group.worker.proj.linux.sched.GROUP._'.split('.');
  const pattern = (interest: Parameters<typeof bindingsOf>[0]) => bindingsOf(interest)[0]!.split(':')[1]!.split('.');
  expect(pattern({ taskId: 'TASK' }).indexOf('TASK')).toBe(key.indexOf('TASK'));
  expect(pattern({ taskGroupId: 'GROUP' }).indexOf('GROUP')).toBe(key.indexOf('GROUP'));
});
