/** What a page wants to hear about: all tasks, the tasks of a group, or one task. */
export type Interest = { readonly all: true } | { readonly taskGroupId: string } | { readonly taskId: string };

const exchange = (name: string) => `exchange/taskcluster-queue/v1/${name}`;
const taskExchanges = ['task-defined', 'task-pending', 'task-running', 'task-completed', 'task-failed', 'task-exception'].map(exchange);

/**
 * The bindings for an interest, as the event stream takes them: exchange, colon, pattern. The task id is the second word of a
 * task's routing key, its group the ninth.
 */
export const bindingsOf = (interest: Interest): readonly string[] => {
  if ('taskId' in interest) return [...taskExchanges, exchange('artifact-created')].map((name) => `${name}:primary.${interest.taskId}.#`);
  if ('taskGroupId' in interest) return taskExchanges.map((name) => `${name}:primary.*.*.*.*.*.*.*.${interest.taskGroupId}.#`);
  return taskExchanges.map((name) => `${name}:primary.#`);
};
