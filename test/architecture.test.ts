import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

// The law of the house (CONTRIBUTING.md): arrows go apps → services → packages → packages/contracts, and a few things have one home.

const root = join(import.meta.dirname, '..');
const files = globSync('{apps,services,packages}/**/*.{ts,tsx,mjs}', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
}).filter((file) => !/(^|\/)(node_modules|dist)\//.test(file));
const isTest = (file: string) =>
  /\.test\.tsx?$|(^|\/)fixtures?[^/]*(\.ts$|\/)|^packages\/testing\/|^apps\/server\/testing\.ts$|-fixture\.ts$/.test(file);
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)].map(
    (m) => m[1] ?? m[2] ?? '',
  );

const workspaces = globSync('{apps,services,packages,examples}/*/package.json', { cwd: root }).map((path) => {
  const {
    name,
    dependencies = {},
    devDependencies = {},
    optionalDependencies = {},
  } = JSON.parse(textOf(path)) as Record<string, Record<string, string>> & { name: string };
  return {
    folder: path.replace('/package.json', ''),
    name,
    declared: new Set([...Object.keys(dependencies), ...Object.keys(devDependencies), ...Object.keys(optionalDependencies), name]),
  };
});
const folderOf = new Map(workspaces.map((w) => [w.name, w.folder]));
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const imports = files.flatMap((file) =>
  importsOf(file).map((specifier) => ({ file, specifier, name: packageOf(specifier), to: folderOf.get(packageOf(specifier)) })),
);
const found = (list: readonly { readonly file: string; readonly specifier: string }[]) =>
  list.map(({ file, specifier }) => `${file} imports ${specifier}`);

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(imports.length).toBeGreaterThan(1_000);
});

describe('arrows', () => {
  const code = imports.filter(({ file }) => !isTest(file));
  test('packages import packages only', () =>
    expect(found(code.filter(({ file, to }) => file.startsWith('packages/') && to && !to.startsWith('packages/')))).toEqual([]));
  test('packages/contracts imports no other package of ours', () =>
    expect(found(code.filter(({ file, to }) => file.startsWith('packages/contracts/') && to && to !== 'packages/contracts'))).toEqual([]));
  test('services import packages only: they speak to each other through contracts', () =>
    expect(
      found(code.filter(({ file, to }) => file.startsWith('services/') && to && !to.startsWith('packages/') && !file.startsWith(`${to}/`))),
    ).toEqual([]));
  test('only the composition root imports services', () =>
    expect(
      found(code.filter(({ file, to }) => file.startsWith('apps/') && !file.startsWith('apps/server/') && to?.startsWith('services/'))),
    ).toEqual([]));
  test('nobody reaches into another workspace by path', () =>
    expect(
      found(
        imports.filter(({ file, specifier }) => {
          const own = workspaces.find((w) => file.startsWith(`${w.folder}/`));
          return specifier.startsWith('.') && own && relative(join(root, own.folder), join(root, file, '..', specifier)).startsWith('..');
        }),
      ),
    ).toEqual([]));
});

describe('one home', () => {
  const only = (name: string, home: string) => found(imports.filter((i) => i.name === name && !i.file.startsWith(home) && !isTest(i.file)));
  test('the HTTP framework is in packages/api', () => expect(only('fastify', 'packages/api/')).toEqual([]));
  test('the database driver is in packages/db', () => expect(only('pg', 'packages/db/')).toEqual([]));
  test('SQL is in store/', () =>
    expect(
      files.filter(
        (f) => f.startsWith('services/') && !isTest(f) && !/\/(store|streams)\//.test(f) && /\bsql`(?!select 1`)/.test(textOf(f)),
      ),
    ).toEqual([]));
  test('domain/ does no I/O', () => {
    const io = /^node:(fs|http|https|net|child_process|dns|tls)|^@taskcluster\/(db|client|service)$|^(pg|fastify)$/;
    expect(found(imports.filter(({ file, specifier }) => /\/domain\//.test(file) && !isTest(file) && io.test(specifier)))).toEqual([]);
  });
});

test('everything has a noun or a verb for a name', () =>
  expect(files.filter((f) => f.split('/').some((part) => /^(utils?|common|helpers?|lib|misc)(\.|$)/.test(part)))).toEqual([]));

test('every workspace declares what it imports', () => {
  const undeclared = imports.filter(({ file, specifier, name }) => {
    const own = workspaces.find((w) => file.startsWith(`${w.folder}/`));
    return (
      own &&
      !/^(\.|node:|vitest$|vitest\/|virtual:)/.test(specifier) &&
      !own.declared.has(name) &&
      !(isTest(file) && rootDevelopment.has(name))
    );
  });
  expect(found(undeclared)).toEqual([]);
});

const rootDevelopment = new Set(
  Object.keys((JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> }).devDependencies),
);
