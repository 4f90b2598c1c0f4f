/** From the most to the least urgent. */
export const priorities = ['highest', 'very-high', 'high', 'medium', 'low', 'very-low', 'lowest'] as const;
export type Priority = (typeof priorities)[number];

/** The priorities whose create-scope allows this one: itself and every higher one (queue.md, section 4). None for a word that is no priority. */
export const prioritiesAllowing = (priority: unknown = 'lowest'): readonly Priority[] =>
  priorities.slice(0, (priorities as readonly unknown[]).indexOf(priority) + 1);
