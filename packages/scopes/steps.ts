/**
 * A long computation in short steps: it yields where something else may go on for a while. A server lets other requests have their turn
 * there; a command or a page takes all steps at once.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Takes all steps without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
