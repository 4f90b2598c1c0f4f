export { type Loop, startLoops, type RunningLoops } from './loop.ts';
