const name = 'taskcluster_session';
const maxAgeSeconds = 30 * 86_400;

/** The session id in a `Cookie` header; undefined when there is none. */
export const sessionIdIn = (header: string | undefined): string | undefined => {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return undefined;
};

/**
 * The `Set-Cookie` header that keeps a session, or ends it (undefined). Scripts cannot read it, other sites cannot make the
 * browser send it, and only the paths of this service receive it.
 */
export const sessionCookie = (rootUrl: string, sessionId: string | undefined): string => {
  const secure = rootUrl.startsWith('https:') ? '; Secure' : '';
  return `${name}=${sessionId ?? ''}; Path=/api/web-server; Max-Age=${sessionId === undefined ? 0 : maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
};
