import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { copiedText } from './copied.ts';
import { parseDefinition, placeProblems } from './definition.ts';
import { exampleFor } from './example.ts';

const now = Date.parse('2026-03-04T05:06:07.000Z');

test('the example can be read as it stands, and its times become absolute', () => {
  const { definition, problems, times } = parseDefinition(exampleFor('http://localhost:8080'), now);
  expect(problems).toEqual([]);
  expect(times.map(({ at }) => new Date(at).toISOString())).toEqual(['2026-03-04T05:06:07.000Z', '2026-03-04T07:06:07.000Z']);
  expect(definition).toMatchObject({
    taskQueueId: 'local/default',
    created: '2026-03-04T05:06:07.000Z',
    deadline: '2026-03-04T07:06:07.000Z',
    payload: { maxRunTime: 600 },
  });
});

test('times of artifacts are understood too, and absolute ones are left as they are', () => {
  const text = 'created: 2026-03-04T05:00:00.000Z\npayload: { artifacts: [{ path: a, expires: in 1 day }] }\n';
  const { definition, times } = parseDefinition(text, now);
  expect(times).toHaveLength(1);
  expect(definition).toMatchObject({
    created: '2026-03-04T05:00:00.000Z',
    payload: { artifacts: [{ path: 'a', expires: '2026-03-05T05:06:07.000Z' }] },
  });
});

test('broken YAML and words that are no time are pointed at, and nothing would be sent', () => {
  expect(parseDefinition('a: {\n', now)).toMatchObject({ definition: undefined, problems: [{ from: 5 }] });
  const { definition, problems } = parseDefinition('created: now\ndeadline: whenever\n', now);
  expect(definition).toBeUndefined();
  expect(problems).toMatchObject([{ from: 23, to: 31 }]);
  expect(parseDefinition('just words', now).problems).toHaveLength(1);
  expect(parseDefinition('', now).problems).toHaveLength(1);
});

test('what the server says about a value goes to that value', () => {
  const text = 'priority: urgent\npayload:\n  command: x\nbogus: 1\n';
  const { document } = parseDefinition(text, now);
  const message =
    'The request body is not what the schema asks for:\n\n  * / has a property that is not known: "bogus"\n  * /payload/command/0 must be array\n  * /priority must be equal to one of…\n\n---\n\n* method: createTask';
  const { placed, rest } = placeProblems(message, document);
  expect(rest).toBeUndefined();
  expect(placed.map(({ from, to }) => text.slice(from, to))).toEqual(['urgent', 'x', 'bogus']);
});

test('a sentence about a name goes to its value, and any other is kept whole', () => {
  const { document } = parseDefinition('deadline: in 40 days\n', now);
  expect(placeProblems('deadline (2026) is too far away.\n\n---\n\n* x', document)).toMatchObject({
    rest: undefined,
    placed: [{ from: 10, to: 20 }],
  });
  expect(placeProblems('Something else.', document)).toEqual({ rest: 'Something else.', placed: [] });
});

test('a copy of a task starts now, lasts as long, and leaves its group and dependencies behind', () => {
  const copy = parse(
    copiedText({
      taskQueueId: 'a/b',
      provisionerId: 'a',
      workerType: 'b',
      schedulerId: 's',
      projectId: 'none',
      taskGroupId: 'g',
      dependencies: ['d'],
      requires: 'all-completed',
      routes: ['r'],
      priority: 'low',
      retries: 5,
      created: '2026-01-01T00:00:00.000Z',
      deadline: '2026-01-01T03:00:00.000Z',
      expires: '2027-01-01T00:00:00.000Z',
      scopes: [],
      payload: { command: [['x']], artifacts: [{ path: 'a', expires: '2027-01-01T00:00:00.000Z' }] },
      metadata: { name: 'n', description: 'd', owner: 'o', source: 'https://x' },
      tags: {},
      extra: {},
    }),
  ) as Record<string, unknown>;
  expect(copy).toEqual({
    taskQueueId: 'a/b',
    created: 'now',
    deadline: 'in 3 hours',
    projectId: 'none',
    priority: 'low',
    retries: 5,
    payload: { command: [['x']], artifacts: [{ path: 'a' }] },
    metadata: { name: 'n', description: 'd', owner: 'o', source: 'https://x' },
  });
});
