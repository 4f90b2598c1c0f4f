import { CallError } from '@taskcluster/client';
import { expect, test } from 'vitest';
import { CommandError } from '../exit.ts';
import { exitCodeOf, failureOf } from './failure.ts';

const answer = (status: number, message = 'No.') => new CallError(message, { code: 'Code', status });

test('each kind of answer has its exit code', () => {
  const codes = [400, 404, 409, 410, 424].map((status) => exitCodeOf(answer(status)));
  expect(codes).toEqual([2, 2, 2, 2, 2]);
  expect([401, 403].map((status) => exitCodeOf(answer(status)))).toEqual([3, 3]);
  expect([0, 429, 500, 503].map((status) => exitCodeOf(answer(status)))).toEqual([4, 4, 4, 4]);
});

test('the message of the platform is shown without what is for bug reports', () => {
  const failure = failureOf(answer(404, 'There is no task X. Did it expire?\n\n---\n\n* method: status\n* time: now'));
  expect(failure).toBeInstanceOf(CommandError);
  expect(failure).toMatchObject({ exitCode: 2, message: 'There is no task X. Did it expire? (404 Code)' });
});

test('errors that are not answers of the platform are left as they are', () => {
  const err = new TypeError('x');
  expect(failureOf(err)).toBe(err);
});

test('code in a message is indented: a terminal shows no Markdown', () => {
  const message = 'It is missing:\n\n```\n{\n  "AllOf": []\n}\n```\n\nIt needs:\n\n```\n"b"\n```\n\n---\n\n* method: x';
  const failure = failureOf(new CallError(message, { code: 'InsufficientScopes', status: 403 }));
  expect((failure as Error).message).toBe('It is missing:\n\n  {\n    "AllOf": []\n  }\n\nIt needs:\n\n  "b" (403 InsufficientScopes)');
});
