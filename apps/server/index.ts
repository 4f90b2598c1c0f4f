export { type PlatformOptions, type RunningPlatform, startPlatform } from './platform.ts';
export { newSignInLink, runUp, type UpOptions } from './up.ts';
