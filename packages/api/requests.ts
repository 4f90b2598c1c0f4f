import type { commonMetrics } from '@taskcluster/contracts';
import type { Recorders } from '@taskcluster/metrics';
import type { FastifyInstance } from 'fastify';

export type RequestMetrics = Pick<Recorders<typeof commonMetrics>, 'httpRequests' | 'httpRequestDuration'>;

/**
 * Records each answered request to a method of the API (deploy.md, section 13). Paths that lead to no method are left out: their names
 * would be endless. So are callers that leave before their answer.
 */
export const recordRequests = (app: FastifyInstance, { httpRequests, httpRequestDuration }: RequestMetrics): void => {
  app.addHook('onResponse', (request, reply, done) => {
    const { apiMethod } = request.routeOptions.config;
    if (apiMethod) {
      const labels = { method: request.method, name: apiMethod.name, status: reply.statusCode, service: apiMethod.service };
      httpRequests.add(labels);
      httpRequestDuration.observe(labels, reply.elapsedTime / 1_000);
    }
    done();
  });
};
