import { Type } from 'typebox';
import type { Static } from 'typebox';

import { contract, monitoring, post } from '../contract.ts';
import { closed, timestamp } from '../schema.ts';

export const SignInRequest = closed(
  { code: Type.String({ title: 'Code', description: 'The one-time code that proves who signs in.', minLength: 1, maxLength: 1000 }) },
  { title: 'Sign-in request', description: 'What the browser sends to begin a session.' },
);
export type SignInRequest = Static<typeof SignInRequest>;

export const SessionCredentials = closed(
  {
    credentials: closed(
      {
        clientId: Type.String({ title: 'Client id', description: 'Whom requests signed with these credentials come from.' }),
        accessToken: Type.String({ title: 'Access token', description: 'The secret that signs requests.' }),
        certificate: Type.String({ title: 'Certificate', description: 'A JSON text that has to go along with each request.' }),
      },
      { title: 'Credentials', description: 'Temporary credentials for the API.' },
    ),
    expires: timestamp('Expires', 'When the credentials lapse. Ask again before.'),
  },
  { title: 'Session credentials', description: 'What the page needs to call the API in the name of whoever signed in.' },
);
export type SessionCredentials = Static<typeof SessionCredentials>;

export const SignInCode = closed(
  { code: Type.String({ title: 'Code', description: 'Can be used once, within 15 minutes.' }) },
  { title: 'Sign-in code', description: 'What a sign-in link carries.' },
);
export type SignInCode = Static<typeof SignInCode>;

/** The part of the web page that needs a server: signing in. A cookie carries the session, and the handlers check it. */
export const webServer = contract({
  service: 'web-server',
  version: 'v1',
  title: 'Web server',
  description: 'Serves the web page and keeps the sessions of its users.',
  endpoints: {
    signIn: post('/sign-in', {
      title: 'Sign in',
      description: 'Begins a session, kept in a cookie that scripts cannot read.',
      category: 'Session',
      input: SignInRequest,
      unpublished: true,
      secretInput: ['code'],
    }),
    credentials: post('/credentials', {
      title: 'Credentials of the session',
      description: 'Temporary credentials for the API, for the session that the cookie names.',
      category: 'Session',
      output: SessionCredentials,
      unpublished: true,
    }),
    newSignInCode: post('/sign-in-codes', {
      title: 'New sign-in code',
      description: 'Makes a one-time code that signs a browser in with all scopes of the deployment’s root client.',
      category: 'Session',
      scopes: 'web:new-sign-in-code',
      output: SignInCode,
      unpublished: true,
    }),
    signOut: post('/sign-out', {
      title: 'Sign out',
      description: 'Ends the session. Doing so without one is fine.',
      category: 'Session',
      unpublished: true,
    }),
    ...monitoring,
  },
});
