import { createHash, randomBytes } from 'node:crypto';

/**
 * A code or session id: 256 random bits. Nobody guesses one, however often they try, so sign-in needs no throttle:
 * a million attempts a second for the age of the universe hit one of a million codes with a probability below 10^-45.
 */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored of a secret. A plain hash is enough for 256 random bits; slow ones protect passwords that people choose. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
