import { checkHandlers } from './check.ts';
import { explainHandlers } from './explain.ts';
import { impactHandlers } from './impact.ts';

/** Questions about who may do what; none of them changes anything. */
export const questionHandlers = { ...explainHandlers, ...checkHandlers, ...impactHandlers };
