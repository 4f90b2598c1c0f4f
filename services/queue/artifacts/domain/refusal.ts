/** Why a request about an artifact is refused; the message is for the caller. */
export interface Refusal {
  readonly refused: 'InputError' | 'RequestConflict';
  readonly message: string;
}

export const inputError = (message: string): Refusal => ({ refused: 'InputError', message });
export const conflict = (message: string): Refusal => ({ refused: 'RequestConflict', message });
