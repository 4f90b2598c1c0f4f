import { setFlagsFromString } from 'node:v8';

/**
 * Leaves objects of requests among the young ones until they have proved to live long. V8 otherwise makes them old from the start
 * wherever many of them were alive at one collection, which is so at every moment of a server with 64 requests under way; they then keep
 * alive whatever they refer to, and each collection copies it (numbers in bench/RESULTS.md).
 */
export const keepRequestsYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring');
