export { startWorkerProcess } from './own-process/start.ts';
export { defaultSettings, type RunningWorker, type StopOptions, type WorkerOptions, type WorkerSettings } from './options.ts';
export { startWorker } from './worker.ts';
