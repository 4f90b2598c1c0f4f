import { allServices } from '../../apps/server/services.ts';
import { settings as ofTheProcess } from '../../apps/server/settings.ts';
import type { Setting, Settings } from '../../packages/config/index.ts';

const intro = `# Settings

Every setting is an environment variable. The platform reads them when it starts, reports all mistakes at once, and starts with
none of them. A duration is a number with a unit: \`500ms\`, \`5s\`, \`20m\`, \`1.5h\`, \`7d\`; without a unit it is seconds.

This page is generated from the code by \`npm run generate\`. What clients and workers read, and where things are kept, stands in
[running.md](running.md).
`;

/** The page of all settings: those of the process, then those of each service that has some. */
export const settingsPage = (): Map<string, string> => {
  const services = allServices().map(({ contract, settings }) => section(`The ${contract.service} service`, settings));
  const page = [intro, section('The process', ofTheProcess), ...services].filter((part) => part !== '').join('\n');
  return new Map([['docs/operate/settings.md', page]]);
};

const section = (title: string, settings: Settings): string => {
  const rows = Object.entries(settings).map(
    ([key, setting]) => `| \`${setting.env}\` | ${defaultOf(key, setting)} | ${cell(setting.description)} |`,
  );
  if (rows.length === 0) return '';
  return `## ${title}\n\n| variable | default | what it is |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const defaultOf = (key: string, { default: value }: Setting<unknown>): string => {
  if (typeof value === 'number') return `\`${key.endsWith('Ms') ? durationText(value) : value}\``;
  return typeof value === 'string' && value !== '' ? `\`${value}\`` : '';
};

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** The shortest text that the setting would be given with. */
const durationText = (ms: number): string => {
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
};
