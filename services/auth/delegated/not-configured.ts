import { ApiError } from '@taskcluster/api';

/** What a method answers when the deployment does not know what is asked for. */
export const notConfigured = (what: string) =>
  new ApiError('ResourceNotFound', '{{what}} is not configured in this deployment. Ask whoever runs it to add it to the settings.', {
    what,
  });

const timeoutMs = 15_000;

export interface Exchange {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** Asks another system; redirects are refused, and an answer that is not JSON counts as empty. */
export const ask = async (url: string, { method = 'GET', headers = {}, body }: Exchange = {}): Promise<Answer> => {
  const answer = await fetch(url, {
    method,
    headers: { accept: 'application/json', 'user-agent': 'taskcluster', ...headers },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, headers: answer.headers, json: JSON.parse(text) };
  } catch {
    return { status: answer.status, headers: answer.headers, json: {} };
  }
};
