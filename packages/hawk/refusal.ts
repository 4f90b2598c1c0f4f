/** The credentials of a request are refused. The message is for the caller: no secret, and no scope before the MAC is proven. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
