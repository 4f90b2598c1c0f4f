import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { patterns, ScopeText } from '../identifiers.ts';
import { closed, list, oneOf, oneOfWords, timestamp } from '../schema.ts';

import { ScopeList } from './scopes.ts';

/** The HTTP methods that a request to be checked may have had, in lower case. */
const httpMethods = (
  'get post put head delete options trace copy lock mkcol move purge propfind proppatch ' +
  'unlock report mkactivity checkout merge m-search notify subscribe unsubscribe patch search connect'
).split(' ');

export const AuthenticateHawkRequest = named(
  'auth/v1/authenticate-hawk-request',
  closed(
    {
      method: oneOfWords(httpMethods, { title: 'Method', description: 'The HTTP method of the request, in lower case.' }),
      resource: Type.String({ title: 'Resource', description: 'Path and query of the request, exactly as they were sent.' }),
      host: Type.String({ title: 'Host', description: 'The host that the request was sent to, without the port.', format: 'hostname' }),
      port: Type.Integer({ title: 'Port', description: 'The port that the client believes it speaks to.', minimum: 0, maximum: 65535 }),
      authorization: Type.Optional(Type.String({ title: 'Authorization', description: 'The `Authorization` header, if there was one.' })),
      sourceIp: Type.Optional(
        Type.String({
          title: 'Source address',
          description: 'The address that the request came from. It is only logged.',
          oneOf: [{ format: 'ipv6' }, { format: 'ipv4' }],
        }),
      ),
    },
    { title: 'Signed request', description: 'The parts of a request that its signature covers.' },
  ),
);
export type AuthenticateHawkRequest = Static<typeof AuthenticateHawkRequest>;

const ClientId = Type.String({ title: 'Client id', description: 'Who signed the request.', pattern: patterns.clientId });
const statusWord = <const V extends string>(value: V) => oneOfWords([value], { title: 'Status', description: 'What became of the check.' });

export const AuthenticateHawkResponse = named(
  'auth/v1/authenticate-hawk-response',
  oneOf(
    [
      closed(
        {
          status: statusWord('auth-success'),
          scheme: oneOfWords(['hawk'], { title: 'Scheme', description: 'How the request was signed.' }),
          clientId: ClientId,
          scopes: ScopeList,
          expires: timestamp('Expires', 'When the credentials lapse.'),
          hash: Type.Optional(
            Type.Unknown({
              title: 'Payload hash',
              description: 'The hash of the body that the signature covers; whoever has the body must compare it.',
            }),
          ),
        },
        { title: 'Signed', description: 'The signature is good, and these are the scopes that come with it.' },
      ),
      closed(
        {
          status: statusWord('auth-failed'),
          message: Type.String({ title: 'Message', description: 'What is wrong with the signature or the credentials.' }),
        },
        { title: 'Refused', description: 'There is a signature, and it is not acceptable.' },
      ),
      closed(
        {
          status: statusWord('no-auth'),
          scheme: oneOfWords(['none'], { title: 'Scheme', description: 'There was no signature.' }),
          scopes: ScopeList,
          expires: timestamp('Expires', 'How long this answer may be relied upon.'),
        },
        { title: 'Unsigned', description: 'There is no signature: the caller has the scopes of role `anonymous`.' },
      ),
    ],
    { title: 'Authentication result', description: 'Who sent a request, and what they may do.' },
  ),
);
export type AuthenticateHawkResponse = Static<typeof AuthenticateHawkResponse>;

const scopesOf = (title: string, description: string) => list(ScopeText, { title, description, default: [], uniqueItems: true });

export const TestAuthenticateRequest = named(
  'auth/v1/test-authenticate-request',
  closed(
    {
      clientScopes: scopesOf('Client scopes', 'What the test client is to hold for this request.'),
      requiredScopes: scopesOf('Required scopes', 'What it has to satisfy for the request to succeed.'),
    },
    { title: 'Authentication test', description: 'A made-up client and what it needs.' },
  ),
);
export type TestAuthenticateRequest = Static<typeof TestAuthenticateRequest>;

export const TestAuthenticateResponse = named(
  'auth/v1/test-authenticate-response',
  closed(
    { clientId: ClientId, scopes: scopesOf('Scopes', 'What the caller holds, the scope of role `anonymous` included.') },
    { title: 'Authentication test result', description: 'Whom the request came from, as the service understood it.' },
  ),
);
export type TestAuthenticateResponse = Static<typeof TestAuthenticateResponse>;
