import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { databaseClock } from './clock.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(inject('postgres'));
});
afterAll(() => database.close());

const minute = 60_000;

test.each([10, -10, 24 * 60])('tells the database’s time when the clock of the process is wrong by %i minutes', async (minutes) => {
  let wrong = minutes * minute;
  const clock = databaseClock(database.db, silentLog, () => Date.now() + wrong);
  await clock.compare();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(minute);
  // Somebody sets it right, or to another time.
  for (wrong of [0, 3 * minute, -3 * minute]) {
    await clock.compare();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(minute);
  }
});

test('goes by the clock of the process while both agree', async () => {
  const now = Date.now();
  const clock = databaseClock(database.db, silentLog, () => now);
  await clock.compare();
  expect(clock.now()).toBe(now);
});
