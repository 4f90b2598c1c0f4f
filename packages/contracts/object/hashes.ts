import { Type } from 'typebox';

const sha256 = Type.String({ title: 'SHA-256', description: 'In lower-case hexadecimal.', pattern: '^[a-z0-9]{64}$' });
const sha512 = Type.String({ title: 'SHA-512', description: 'In lower-case hexadecimal.', pattern: '^[a-z0-9]{128}$' });

/** Hashes of the data before any content encoding, by algorithm. Algorithms that are not known yet may appear. */
export const Hashes = Type.Object(
  { sha256: Type.Optional(sha256), sha512: Type.Optional(sha512) },
  {
    title: 'Hashes',
    description: 'Hashes of the data before any content encoding, by algorithm. Readers should check at least one that they know.',
    additionalProperties: true,
  },
);
