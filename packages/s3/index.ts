export { s3Origins } from './origins.ts';
export { s3Storage } from './storage.ts';
