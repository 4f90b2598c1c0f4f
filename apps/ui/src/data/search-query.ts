import { isSlugid } from '../session/slugid.ts';
import { wantedOf } from './filter.ts';
import { taskStates } from './states.ts';

/** The id among the words of a filter text: it names one task, which is looked up, not searched for. */
export const taskIdIn = (text: string): string | undefined => text.split(/\s+/).find((word) => !word.startsWith('-') && isSlugid(word));

/** The filter text as the server's search takes it; undefined when there is nothing in it that the server could search for. */
export const searchOf = (text: string) => {
  const { states, words, owner, project, queue: taskQueueId, tag, since } = wantedOf(text);
  const named = taskStates.filter((state) => [...states].some((wanted) => wanted !== '' && state.startsWith(wanted)));
  const query = {
    ...(words.length > 0 && { name: words.join(' ') }),
    ...(owner !== undefined && { owner }),
    ...(project !== undefined && { project }),
    ...(taskQueueId !== undefined && { taskQueueId }),
    ...(tag !== undefined && { tag }),
    ...(since !== undefined && { from: new Date(since).toISOString() }),
    ...(named.length > 0 && { state: named.join(',') }),
  };
  return Object.keys(query).length > 0 ? query : undefined;
};
