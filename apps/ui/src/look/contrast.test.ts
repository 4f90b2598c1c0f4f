import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The colours that a rule of a style sheet defines, by name. */
const coloursIn = (file: string, selector: string): Readonly<Record<string, string>> => {
  const css = readFileSync(new URL(file, import.meta.url), 'utf8');
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
};

/** Relative luminance as WCAG 2 defines it. */
const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};
const contrast = (a: string, b: string): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
};

const light = coloursIn('look.css', ':root');
const dark = { ...light, ...coloursIn('look.css', "[data-mantine-color-scheme='dark']") };
const states = ['unscheduled', 'pending', 'running', 'completed', 'failed', 'exception'];
const pairs = [
  ...['--text', '--dim', '--accent', ...states.map((state) => `--${state}`)].flatMap((text) =>
    ['--ground', '--surface', '--sunken'].map((ground) => [text, ground] as const),
  ),
  ['--text', '--accent-soft'],
  ['--accent', '--accent-soft'],
  ['--dim', '--accent-soft'],
  ['--warn-text', '--warn-soft'],
  ['--text', '--bad-soft'],
  ['--dim', '--bad-soft'],
  ['--bad-text', '--surface'],
  ['--text', '--mark'],
  ['--text', '--mark-now'],
] as const;

test.each([
  ['light', light],
  ['dark', dark],
] as const)('every text of the %s page can be read on its ground (WCAG AA)', (_, colours) => {
  const weak = pairs.filter(([text, ground]) => contrast(colours[text]!, colours[ground]!) < 4.5);
  expect(weak.map(([text, ground]) => `${text} on ${ground}: ${contrast(colours[text]!, colours[ground]!).toFixed(2)}`)).toEqual([]);
});

test.each([
  ['light', coloursIn('../log/view/log-view.module.css', '.log'), light['--surface']!],
  ['dark', coloursIn('../log/view/log-view.module.css', "[data-mantine-color-scheme='dark'] .log"), dark['--sunken']!],
] as const)('every colour of a %s log can be read', (_, colours, ground) => {
  const ansi = Object.entries(colours).filter(([name]) => name.startsWith('--ansi-'));
  expect(ansi).toHaveLength(16);
  expect(ansi.filter(([, colour]) => contrast(colour, ground) < 4.5)).toEqual([]);
});
