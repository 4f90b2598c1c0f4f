import { Refusal } from './refusal.ts';

const CLIENT_ID = /^[A-Za-z0-9!@/:.+|_-]+$/;

/** Whether the text can be a client's id. No other text is looked up, signed into lines or written to a log. */
export const isClientId = (id: unknown): id is string => typeof id === 'string' && CLIENT_ID.test(id);

export function checkClientId(id: string): void {
  if (!isClientId(id)) {
    throw new Refusal('Bad Request: The clientId contains characters that no clientId has. Use letters, digits and !@/:.+|_- only.');
  }
}
