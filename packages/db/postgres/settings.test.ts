import { expect, test } from 'vitest';
import { settingsText } from './settings.ts';

test('values are quoted, so that a value is never more than a value', () => {
  expect(settingsText({ log_line_prefix: "it's \\ %b" })).toContain("\nlog_line_prefix = 'it''s \\\\ %b'\n");
});

test('names that are none and values with line breaks are refused', () => {
  expect(() => settingsText({ 'a = b': 'c' })).toThrow('is not the name');
  expect(() => settingsText({ jit: 'off\nfsync = off' })).toThrow('line break');
});
