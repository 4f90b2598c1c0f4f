import { expect, test } from 'vitest';
import { filterOf, toggleState } from './filter.ts';
import { searchOf, taskIdIn } from './search-query.ts';
import { row, status } from './fixture.ts';
import { countsOf, isLater } from './row.ts';
import { merged, withStatuses } from './rows.ts';
import { nextSort, sorted } from './sort.ts';

const ids = (rows: readonly { readonly taskId: string }[]) => rows.map((one) => one.taskId).join('');

test('of two statuses the later one has more runs, or its run is further', () => {
  expect(isLater(status({ state: 'running' }), status({ state: 'pending' }))).toBe(true);
  expect(isLater(status({ state: 'completed' }), status({ state: 'running' }))).toBe(true);
  expect(isLater(status({ state: 'pending', runs: 2 }), status({ state: 'exception' }))).toBe(true);
  expect(isLater(status({ state: 'pending' }), status({ state: 'unscheduled' }))).toBe(true);
  expect(isLater(status({ state: 'running' }), status({ state: 'running' }))).toBe(false);
  expect(isLater(status({ state: 'pending' }), status({ state: 'completed' }))).toBe(false);
});

test('messages change the rows they are about, never back, and leave the list alone when nothing is new', () => {
  const rows = [row({ taskId: 'a', state: 'running' }), row({ taskId: 'b', state: 'pending' })];
  const next = withStatuses(
    rows,
    new Map([
      ['b', status({ taskId: 'b', state: 'running' })],
      ['x', status({ taskId: 'x' })],
    ]),
  );
  expect(next.map((one) => one.status.state)).toEqual(['running', 'running']);
  expect(next[0]).toBe(rows[0]);
  expect(withStatuses(next, new Map([['b', status({ taskId: 'b', state: 'pending' })]]))).toBe(next);
});

test('a page that arrives after a message does not take the message back', () => {
  const known = [row({ taskId: 'a', state: 'completed' })];
  const page = [row({ taskId: 'a', state: 'pending' }), row({ taskId: 'b', state: 'pending' })];
  expect(merged(known, page).map((one) => `${one.taskId} ${one.status.state}`)).toEqual(['a completed', 'b pending']);
});

test('a filter wants all words, any of the states, and none of the unwanted words', () => {
  const rows = [
    row({ taskId: 'a', name: 'Build linux', state: 'failed' }),
    row({ taskId: 'b', name: 'build mac', state: 'completed', tags: 'kind=nightly' }),
    row({ taskId: 'c', name: 'test linux', state: 'exception', taskQueueId: 'proj/gpu' }),
  ];
  const kept = (text: string) => ids(rows.filter(filterOf(text)));
  expect(kept('')).toBe('abc');
  expect(kept('BUILD mac')).toBe('b');
  expect(kept('state:failed state:exception')).toBe('ac');
  expect(kept('state:failed,completed')).toBe('ab');
  expect(kept('build -mac')).toBe('a');
  expect(kept('nightly')).toBe('b');
  expect(kept('gpu')).toBe('c');
  expect(kept('queue:proj/gpu')).toBe('c');
  expect(kept('tag:kind=nightly')).toBe('b');
  expect(kept('tag:kind')).toBe('b');
  expect(kept('tag:kind=night')).toBe('');
  expect(kept('project:nowhere')).toBe('');
  expect(kept('owner:nobody')).toBe('');
});

test('a filter is what the server is asked for, where it can search for it', () => {
  expect(searchOf('')).toBeUndefined();
  expect(searchOf('-mac')).toBeUndefined();
  expect(searchOf('Build linux -mac state:fail,exception owner:Alice queue:a/b tag:k=v project:p')).toEqual({
    name: 'build linux',
    state: 'failed,exception',
    owner: 'Alice',
    taskQueueId: 'a/b',
    tag: 'k=v',
    project: 'p',
  });
  const { from = '' } = searchOf('since:2d') ?? {};
  expect(Math.round((Date.now() - Date.parse(from)) / 3_600_000)).toBe(48);
  expect(searchOf('since:nonsense')).toBeUndefined();
});

test('an id among the words names one task', () => {
  expect(taskIdIn('linux fN1SbArXTPSVFNUvaOlinQ')).toBe('fN1SbArXTPSVFNUvaOlinQ');
  expect(taskIdIn('linux -fN1SbArXTPSVFNUvaOlinQ project:fN1SbArXTPSVFNUvaOlinQ')).toBeUndefined();
});

test('a click on a count adds its state to the filter, and a second one takes it away', () => {
  expect(toggleState('linux', 'failed')).toBe('linux state:failed');
  expect(toggleState('linux state:failed', 'failed')).toBe('linux');
  expect(toggleState('state:failed,exception', 'failed')).toBe('state:exception');
  expect(toggleState('', 'failed')).toBe('state:failed');
});

test('rows are in the order asked for, equal ones by id, and a second click turns it round', () => {
  const rows = [row({ taskId: 'c', name: 'b' }), row({ taskId: 'a', name: 'b', state: 'failed' }), row({ taskId: 'b', name: 'a' })];
  expect(ids(sorted(rows, 'name', 0))).toBe('bac');
  expect(ids(sorted(rows, '-name', 0))).toBe('acb');
  expect(ids(sorted(rows, 'state', 0))).toBe('abc');
  expect(nextSort('name', 'name')).toBe('-name');
  expect(nextSort('-name', 'name')).toBe('name');
  expect(nextSort('name', 'state')).toBe('state');
});

test('tasks are counted by state', () => {
  const counts = countsOf([row({ state: 'failed' }), row({ state: 'running' }), row({ state: 'running' })]);
  expect(counts).toEqual({ failed: 1, exception: 0, running: 2, pending: 0, unscheduled: 0, completed: 0 });
});
