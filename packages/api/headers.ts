import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

// api-conventions, section 3; one object, so that an answer costs one call.
const apiHeaders = {
  'cache-control': 'no-store no-cache must-revalidate',
  'access-control-allow-origin': '*',
  'access-control-max-age': '900',
  'access-control-allow-methods': 'OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,CONNECT',
  'access-control-request-method': '*',
  'access-control-allow-headers': 'X-Requested-With,Content-Type,Authorization,Accept,Origin,Cache-Control',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; report-uri /__cspreport__",
} as const;

const printable = /^[\x21-\x7e]{1,200}$/;

/** Sets what every answer below `/api` carries. The caller's trace id is passed on when it is harmless to log. */
export const setApiHeaders = (request: FastifyRequest, reply: FastifyReply): void => {
  const trace = request.headers['x-taskcluster-trace-id'];
  reply.headers(apiHeaders);
  reply.header('x-for-request-id', request.id);
  reply.header('x-for-trace-id', typeof trace === 'string' && printable.test(trace) ? trace : randomUUID());
};
