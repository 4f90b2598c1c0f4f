import { expect, test } from 'vitest';
import { instant, InstantError } from './instant.ts';

test.each([
  ['2026-02-03T04:05:06.7891234Z', '2026-02-03T04:05:06.789Z'],
  ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%s is %s', (text, iso) => expect(instant('expires', text)).toBe(iso));

test.each(['2030-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'])(
  '%s is refused',
  (text) => expect(() => instant('expires', text)).toThrow(InstantError),
);
