import type { Handler } from '@taskcluster/api';
import type { object as contract } from '@taskcluster/contracts';
import { notFound } from '../domain/found.ts';
import type { ObjectService } from '../service.ts';
import { findFinished } from '../store/objects.ts';

/** What is known about a finished object, expired or not (object.md, section 5). */
export const object: Handler<typeof contract.endpoints.object, ObjectService> = async ({ db }, { params: { name } }) => {
  const record = await findFinished(db, name);
  if (!record) throw notFound(name);
  const { projectId, expires, hashes } = record;
  return { projectId, expires, hashes };
};
