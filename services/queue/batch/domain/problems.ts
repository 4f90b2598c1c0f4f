import { ApiError, type ErrorCode } from '@taskcluster/api';

/** What is wrong with one task of a batch, under the code that createTask would have refused it with. */
export interface Problem {
  /** The place of the task in the request, from 0. */
  readonly index: number;
  readonly taskId: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** createTask makes its checks in this order: the first of these that occurs is the code of the whole refusal. */
const order: readonly ErrorCode[] = ['InputValidationError', 'InsufficientScopes', 'InputError', 'RequestConflict'];

// A graph that was made wrong is wrong in every task: enough to see why, and not megabytes of the same.
const maxInDetails = 1_000;
const maxInMessage = 20;
const maxLineLength = 500;

/** The refusal of a batch: all problems as data (`details.problems`), the first of them in its message. */
export const refusalOf = (problems: readonly Problem[]): ApiError => {
  const sorted = problems.toSorted((a, b) => a.index - b.index);
  const tasks = new Set(sorted.map((p) => p.index)).size;
  const code = order.find((c) => sorted.some((p) => p.code === c)) ?? 'InputError';
  const lines = ofEachKind(sorted, maxInMessage).map((p) => `  * ${p.taskId}: ${oneLine(p.message)}`);
  if (sorted.length > maxInMessage) lines.push(`  * and ${sorted.length - maxInMessage} more`);
  return new ApiError(
    code,
    'No task was created, because {{tasks}} of them cannot be ({{count}} problems). Correct these, and send all tasks again:\n\n{{lines}}',
    { tasks, count: sorted.length, lines: lines.join('\n') },
    { data: { problemCount: sorted.length, taskCount: tasks, problems: ofEachKind(sorted, maxInDetails) } },
  );
};

/** As many as there is room for, in their order: of each kind the first ones, so that a thousand of one kind do not hide a circle. */
const ofEachKind = (sorted: readonly Problem[], room: number): readonly Problem[] => {
  if (sorted.length <= room) return sorted;
  const seen = new Map<string, number>();
  const ranked = sorted.map((problem, place) => {
    // Two are of one kind when they differ in ids and numbers only.
    const kind = `${problem.code} ${problem.message.replaceAll(/[\w-]{22}|\d+/g, '')}`;
    const rank = seen.get(kind) ?? 0;
    seen.set(kind, rank + 1);
    return { problem, rank, place };
  });
  const first = ranked.toSorted((a, b) => a.rank - b.rank || a.place - b.place).slice(0, room);
  return first.toSorted((a, b) => a.place - b.place).map(({ problem }) => problem);
};

const oneLine = (text: string) => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line;
};
