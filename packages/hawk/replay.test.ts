/** Replays: rule H5 and P4. */
import { expect, test } from 'vitest';
import { MINUTE, NOW } from './fixtures.ts';
import { ReplayGuard } from './index.ts';

function guardAt(windowMs = 30 * MINUTE) {
  const clock = { now: NOW };
  return { clock, guard: new ReplayGuard({ windowMs, now: () => clock.now }) };
}

test('a key is new once (H5-)', () => {
  const { guard } = guardAt();
  expect(guard.seen('a')).toBe(false);
  expect(guard.seen('a')).toBe(true);
  expect(guard.seen('b')).toBe(false);
  for (const key of ['__proto__', 'constructor', '', 'a\n']) expect([guard.seen(key), guard.seen(key)]).toEqual([false, true]);
});

test('a key is remembered for the whole window, whenever it came, and forgotten within half a window more', () => {
  for (let offset = 0; offset < 30; offset += 3) {
    const { guard, clock } = guardAt();
    guard.seen('first');
    clock.now += offset * MINUTE;
    expect(guard.seen('k')).toBe(false);
    for (let minute = 0; minute < 30; minute++) {
      clock.now += MINUTE;
      expect(guard.seen('k')).toBe(true);
      guard.seen(`other ${minute}`);
    }
    clock.now += 15 * MINUTE;
    expect(guard.seen('k')).toBe(false);
  }
});

test('after a long pause everything is forgotten', () => {
  const { guard, clock } = guardAt();
  guard.seen('k');
  clock.now += 10 * 60 * MINUTE;
  expect(guard.seen('k')).toBe(false);
});

test('a clock that is set back forgets nothing', () => {
  const { guard, clock } = guardAt();
  guard.seen('k');
  clock.now -= 60 * MINUTE;
  expect(guard.seen('k')).toBe(true);
});

test('100,000 keys are told apart', () => {
  const { guard, clock } = guardAt();
  let again = 0;
  for (let i = 0; i < 100_000; i++) {
    if (i % 10_000 === 0) clock.now += MINUTE;
    if (guard.seen(`key ${i}`)) again++;
  }
  expect(again).toBe(0);
  for (let i = 0; i < 100_000; i += 7) expect(guard.seen(`key ${i}`)).toBe(true);
});
