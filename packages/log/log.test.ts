import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog, type Log } from './index.ts';

const written = (use: (log: Log) => void, level = 'debug'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'taskcluster-log-'));
  try {
    const file = join(folder, 'log');
    const fd = openSync(file, 'a');
    use(createLog({ level, name: 'test', fd }));
    closeSync(fd);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('an event is one line of JSON, whatever its values hold', () => {
  const text = written((log) => log.info({ clientId: 'a\r\nb\u001b[31m\u2028' }, 'something happened'));
  expect(text.split('\n')).toHaveLength(2);
  expect(JSON.parse(text)).toMatchObject({ name: 'test', clientId: 'a\r\nb\u001b[31m\u2028', msg: 'something happened' });
});

test('secrets are hidden, also inside of other values', () => {
  const text = written((log) =>
    log.warn({ accessToken: 'sesame', request: { authorization: 'sesame', deep: { password: 'sesame' } } }, 'x'),
  );
  expect(text).not.toContain('sesame');
});

test('an error says its message and cause, and nothing of what else hangs on it', () => {
  const err = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E1', client: { password: 'sesame' } });
  const text = written((log) => log.error({ err }, 'x'));
  expect(JSON.parse(text).err).toMatchObject({ message: 'outer', code: 'E1', cause: { message: 'inner' } });
  expect(text).not.toContain('sesame');
});

test('less than the level asked for is not written', () => {
  expect(written((log) => log.info({}, 'x'), 'warn')).toBe('');
});
