import { expect, test } from 'vitest';
import { row } from '../../data/fixture.ts';
import { noCounts } from '../../data/row.ts';
import { type Entry, entriesFor } from './entries.ts';

const id = 'fN1SbArXTPSVFNUvaOlinQ';
const action: Entry = { id: 'create', kind: 'action', title: 'Create a task', act: () => undefined };
const opened: string[] = [];
const known = {
  actions: [action],
  tasks: [row({ taskId: id, name: 'build linux' }), row({ taskId: 'other', name: 'test mac' })],
  groups: [{ taskGroupId: 'g', schedulerId: '-', name: 'push to main', created: '2026-01-01T00:00:00.000Z', counts: noCounts }],
  openTask: (taskId: string) => void opened.push(`task ${taskId}`),
  openGroup: (taskGroupId: string) => void opened.push(`group ${taskGroupId}`),
};
const titles = (text: string) => entriesFor(text, known).map((entry) => entry.title);

test('an id leads to its task and its group, by name where that is known, also from within a link', () => {
  expect(titles(id)).toEqual(['build linux', `Open group ${id}`]);
  expect(titles(`https://tc.example.com/tasks/${id}/runs/0`)).toEqual(['build linux', `Open group ${id}`]);
  for (const entry of entriesFor(id, known)) entry.act();
  expect(opened).toEqual([`task ${id}`, `group ${id}`]);
});

test('words find actions, tasks and groups that have all of them', () => {
  expect(titles('create')).toEqual(['Create a task']);
  expect(titles('LINUX build')).toEqual(['build linux']);
  expect(titles('main push')).toEqual(['push to main']);
  expect(titles('nothing like it')).toEqual([]);
});
