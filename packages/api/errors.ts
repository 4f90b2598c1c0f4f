/** Every code that an API answers with, and its status (api-conventions, section 4; `RequestTimeout` is our own). */
export const statusOf = {
  MalformedPayload: 400,
  InvalidRequestArguments: 400,
  InputValidationError: 400,
  InputError: 400,
  NoMatchingBackend: 400,
  AuthenticationFailed: 401,
  InsufficientScopes: 403,
  ResourceNotFound: 404,
  NoMatchingMethod: 406,
  RequestTimeout: 408,
  RequestConflict: 409,
  ResourceExpired: 410,
  InputTooLarge: 413,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

/**
 * A refusal that the caller is told about. The message says what happened and what to do; `{{name}}` in it is replaced by
 * the detail of that name. Details that the message does not mention stay in this process.
 * `data` is sent beside the message, as `details`, for programs that read the refusal; `about` does the same as `requestInfo.details`,
 * for the methods of the v1 API, whose errors have the keys `code`, `message` and `requestInfo` and no other.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly data: object | undefined;
  readonly about: object | undefined;
  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number; readonly data?: object; readonly about?: object } = {},
  ) {
    super(fillIn(message, details), { cause: options.cause });
    this.code = code;
    this.status = statusOf[code];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.data = options.data;
    this.about = options.about;
  }
}

const fillIn = (message: string, details: Readonly<Record<string, unknown>>): string =>
  message.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    if (!Object.hasOwn(details, name)) return whole;
    const value = details[name];
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  });
