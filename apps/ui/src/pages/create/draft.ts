const key = 'taskcluster-draft';

/** What was being written, kept in this browser so that a closed tab loses nothing. */
export const draft = {
  load: (): string | undefined => localStorage.getItem(key) ?? undefined,
  save: (text: string): void => {
    // A full or forbidden storage must not stop anybody from writing.
    try {
      localStorage.setItem(key, text);
    } catch {}
  },
  forget: (): void => localStorage.removeItem(key),
};
