import { http } from '@taskcluster/client/http';
import { auth as authContract, events as eventsContract, queue as queueContract } from 'virtual:contracts';
import { credentials } from './session.ts';
import { authorizationHeader, signedUrl } from './signer.ts';

const options = { rootUrl: location.origin, credentials, sign: authorizationHeader };

/** The queue, called as whoever is signed in. */
export const queue = http(queueContract, options);
export const events = http(eventsContract, options);
export const auth = http(authContract, options);

/** A link to an artifact that works for 15 minutes in any browser. Made when it is clicked, so that it is never stale. */
export const artifactLink = async (taskId: string, runId: number, name: string): Promise<string> => {
  const path = name.split('/').map(encodeURIComponent).join('/');
  const url = `${location.origin}/api/queue/v1/task/${taskId}/runs/${runId}/artifacts/${path}`;
  const held = await credentials();
  return held ? signedUrl(url, held) : url;
};
