/** An answer that is more than a JSON value. */
export class Respond {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  constructor(status: number, headers: Readonly<Record<string, string>>, body: unknown) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * Answers with a status, headers and a body: a JSON value, a string or Buffer with its own content type, or a stream.
 * A JSON value is still held against the method's output schema.
 */
export const respond = (status: number, headers: Readonly<Record<string, string>> = {}, body?: unknown): Respond =>
  new Respond(status, headers, body);
