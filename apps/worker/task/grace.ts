/** A signal that is aborted some time after one of several others, whichever comes first. Dispose of it when nobody listens any more. */
export const deadlineAfter = (
  starts: readonly { readonly signal: AbortSignal; readonly ms: number }[],
): { readonly signal: AbortSignal; [Symbol.dispose](): void } => {
  const end = new AbortController();
  const unused = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  for (const { signal, ms } of starts) {
    const begin = () => timers.push(setTimeout(() => end.abort(new Error('there was no more time')), ms));
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true, signal: unused.signal });
  }
  return {
    signal: end.signal,
    [Symbol.dispose]: () => {
      unused.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
};
