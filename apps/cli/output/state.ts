import type { Style } from './style.ts';

/** One shape and one colour for each state, the same as in the web page: they can be told apart without colours. */
const looks: Readonly<Record<string, { readonly shape: string; readonly paint: (style: Style) => (text: string) => string }>> = {
  unscheduled: { shape: '◌', paint: (s) => s.dim },
  pending: { shape: '◔', paint: (s) => s.yellow },
  running: { shape: '◐', paint: (s) => s.blue },
  completed: { shape: '●', paint: (s) => s.green },
  failed: { shape: '✕', paint: (s) => s.red },
  exception: { shape: '▲', paint: (s) => s.red },
};

/** A state with its shape: `● completed`. */
export const stateLabel = (state: string): string => (looks[state] ? `${looks[state].shape} ${state}` : state);

/** Gives a text the colour of a state. */
export const paintState = (text: string, state: string, style: Style): string => looks[state]?.paint(style)(text) ?? text;

/** A state with its shape and colour. */
export const stateText = (state: string, style: Style): string => paintState(stateLabel(state), state, style);

const reasons: Readonly<Record<string, string>> = {
  failed: 'a command of the task ended with an error; the end of its log says which',
  canceled: 'somebody cancelled it',
  'deadline-exceeded': 'it was not done by its deadline',
  'claim-expired': 'its worker was lost, and no retries are left',
  'worker-shutdown': 'its worker was shut down, and no retries are left',
  'malformed-payload': 'its payload is not what the worker expects; the log says what is wrong',
  'resource-unavailable': 'something that it needs could not be had; the log says what',
  'internal-error': 'the worker had a fault of its own; the log may say more',
  'intermittent-task': 'it asked for another try, and no retries are left',
};

/** Why a run ended as it did, as the second half of a sentence. Undefined when there is nothing to explain. */
export const reasonText = (reason: string | undefined): string | undefined =>
  reason === undefined || reason === 'completed' ? undefined : (reasons[reason] ?? reason);
