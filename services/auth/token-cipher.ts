import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keeps access tokens encrypted at rest: AES-256-GCM, bound to the client's id so that rows cannot be swapped. */
export interface TokenCipher {
  encrypt(clientId: string, accessToken: string): Buffer;
  /** Throws when the key is not the one that encrypted, or the row was tampered with. */
  decrypt(clientId: string, encrypted: Buffer): string;
}

const nonceBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';
// Without it Node takes a row that was cut off for one with a shorter tag, which is easier to guess.
const options = { authTagLength: tagBytes };

export const createTokenCipher = (key: Buffer): TokenCipher => ({
  encrypt(clientId, accessToken) {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, options).setAAD(Buffer.from(clientId));
    const text = Buffer.concat([cipher.update(accessToken, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  },
  decrypt(clientId, encrypted) {
    const decipher = createDecipheriv(algorithm, key, encrypted.subarray(0, nonceBytes), options).setAAD(Buffer.from(clientId));
    decipher.setAuthTag(encrypted.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(encrypted.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
  },
});
