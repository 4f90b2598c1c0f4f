import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { references } from './generated/references.ts';
import { schema } from './generated/schema.ts';
import { settingsPage } from './generated/settings.ts';

// Writes everything that is generated and committed; with --check it writes nothing and fails when something is not current.

const root = join(import.meta.dirname, '..');
/** Folders that hold generated files only: whatever else is in them is left over. */
const generatedFolders = ['references'];

const wanted = new Map([...references(), ...settingsPage(), ...(await schema())]);

const existing = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(root.length + 1));
};
const leftOver = (await Promise.all(generatedFolders.map(existing))).flat().filter((file) => !wanted.has(file));

const changed: string[] = [];
for (const [file, text] of wanted) {
  const current = await readFile(join(root, file), 'utf8').catch(() => undefined);
  if (current !== text) changed.push(file);
}

if (process.argv.includes('--check')) {
  const stale = [...changed, ...leftOver];
  if (stale.length > 0)
    console.error(`Not current:\n${stale.map((file) => `  ${file}`).join('\n')}\nRun "npm run generate" and commit what it wrote.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const file of changed) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), wanted.get(file) ?? '');
  }
  for (const file of leftOver) await rm(join(root, file));
  console.log(`${wanted.size} files are current; ${changed.length} written, ${leftOver.length} removed.`);
}
