import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { closed, list, timestamp } from '../schema.ts';

export const IndexListRequest = named(
  'index/v1/list-namespaces-request',
  closed(
    {
      continuationToken: Type.Optional(Type.String({ title: 'Continuation token', description: 'The token of the page before.' })),
      limit: Type.Optional(
        Type.Integer({ title: 'Limit', description: 'The most entries of a page.', default: 1000, minimum: 1, maximum: 1000 }),
      ),
    },
    { title: 'List request', description: 'Which page of a list is asked for, in the older form that has it in the body.' },
  ),
);
export type IndexListRequest = Static<typeof IndexListRequest>;

export const IndexNamespaces = named(
  'index/v1/list-namespaces-response',
  closed(
    {
      namespaces: list(
        closed(
          {
            namespace: Type.String({ title: 'Namespace', description: 'The full path of the namespace.', maxLength: 255 }),
            name: Type.String({ title: 'Name', description: 'The last key of its path.' }),
            expires: timestamp('Expires', 'When the namespace is no longer listed: never before the last task in it.'),
          },
          { title: 'Namespace', description: 'A place in the tree of index paths.' },
        ),
        { title: 'Namespaces', description: 'The namespaces directly below, in the order of their names.', uniqueItems: true },
      ),
      continuationToken: Type.Optional(
        Type.String({ title: 'Continuation token', description: 'There when the list goes on: give it in the next request.' }),
      ),
    },
    { title: 'Namespaces', description: 'A page of namespaces.' },
  ),
);
export type IndexNamespaces = Static<typeof IndexNamespaces>;
