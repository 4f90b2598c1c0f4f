/**
 * The key under which S3 keeps what we call `key`. It is the same but for path segments that are `.` or `..`: whoever parses a URL
 * resolves them, encoded or not, and then the signature fits no more. They are stored as `%2E` and `%2E%2E`, and segments that look
 * like those get one more `%25` in front, so that no two keys meet.
 */
export const objectKey = (key: string): string =>
  key
    .split('/')
    .map((segment) => (looksLikeDots.test(segment) ? segment.replaceAll('%', '%25').replaceAll('.', '%2E') : segment))
    .join('/');

const looksLikeDots = /^(?:\.|%(?:25)*2E){1,2}$/;

/** A key in a URL. Slashes stay. */
export const pathOfKey = (key: string): string =>
  objectKey(key)
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');
