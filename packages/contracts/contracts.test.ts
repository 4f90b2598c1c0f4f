import type { Static } from 'typebox';
import { describe, expect, expectTypeOf, test } from 'vitest';

import type { Endpoint, Input, Output, Params, Query, ScopeTemplate } from './contract.ts';
import { contracts } from './index.ts';
import type {
  ArtifactContentResponse,
  ClaimedTask,
  GenericWorkerPayload,
  Priority,
  TaskDefinition,
  TaskDefinitionRequest,
  TaskStatus,
} from './index.ts';

const all = Object.values(contracts).flatMap(({ service, endpoints }) =>
  Object.entries(endpoints as Record<string, Endpoint>).map(([name, endpoint]) => ({ service, name, endpoint })),
);
const paramsOf = (route: string) => [...route.matchAll(/:(\w+)/g)].map((match) => match[1]);

/** What handlers add when they fill in a scope expression: facts about the stored task, or lists made from the request. */
const fromHandlers = {
  'object.appendStream': ['run'],
  'index.findTasksAtIndex': ['indexPaths'],
  'auth.explainScopes': ['aboutClient', 'aboutRole', 'aboutScopes'],
  'auth.checkCall': ['aboutClient', 'aboutRole', 'aboutScopes'],
  'auth.updateClient': ['scopesAdded'],
  'auth.updateRole': ['scopesAdded'],
  'auth.awsS3Credentials': ['levelIsReadOnly'],
  'auth.azureTableSAS': ['levelIsReadOnly'],
  'auth.azureContainerSAS': ['levelIsReadOnly'],
  'auth.githubRepoToken': ['repoPerms'],
  'queue.createTask': ['priorities'],
  'queue.createTasks': ['scopes', 'routes', 'projectId', 'schedulerId', 'priorities', 'provisionerId', 'workerType'],
  'queue.searchTasks': ['taskIds', 'taskGroupIds'],
  'queue.awaitStatus': ['runId'],
  'queue.scheduleTask': ['schedulerId', 'taskGroupId', 'projectId'],
  'queue.rerunTask': ['schedulerId', 'taskGroupId', 'projectId'],
  'queue.cancelTask': ['schedulerId', 'taskGroupId', 'projectId'],
  'queue.sealTaskGroup': ['schedulerId'],
  'queue.cancelTaskGroup': ['schedulerId'],
  'queue.changeTaskGroupPriority': ['schedulerId'],
  'queue.changeTaskPriority': ['taskQueueId'],
  'queue.claimTask': ['provisionerId', 'workerType'],
  'queue.declareWorker': ['properties'],
  'queue.getArtifact': ['names'],
  'queue.getLatestArtifact': ['names'],
  'queue.artifact': ['names'],
  'queue.latestArtifact': ['names'],
} as Readonly<Record<string, readonly string[]>>;

const inText = (text: string) => [...text.matchAll(/<(\w+)>/g)].map((match) => match[1] as string);
type Template = ScopeTemplate | { readonly for: string; readonly in: string; readonly each: string };
const namesIn = (template: Template): string[] => {
  if (typeof template === 'string') return inText(template);
  if ('AllOf' in template) return template.AllOf.flatMap(namesIn);
  if ('AnyOf' in template) return template.AnyOf.flatMap(namesIn);
  if ('for' in template) return [template.in, ...inText(template.each).filter((name) => name !== template.for)];
  return [template.if, ...namesIn(template.then), ...(template.else ? namesIn(template.else) : [])];
};

describe('every method', () => {
  test('has scope parameters that are in its route, in its input, or come from its handler', () => {
    for (const { service, name, endpoint } of all) {
      if (endpoint.scopes === undefined) continue;
      const input = typeof endpoint.input === 'object' ? Object.keys((endpoint.input as { properties?: object }).properties ?? {}) : [];
      const known = [...paramsOf(endpoint.route), ...input, ...(fromHandlers[`${service}.${name}`] ?? [])];
      for (const parameter of namesIn(endpoint.scopes)) expect(known, `${service}.${name}`).toContain(parameter);
    }
  });

  test('has a pattern for each parameter of its route', () => {
    for (const { service, name, endpoint } of all) {
      const patterns = (contracts as Record<string, { service: string; parameterPatterns?: object }>)[
        service === 'web-server' ? 'webServer' : service
      ];
      const known = [...Object.keys(patterns?.parameterPatterns ?? {}), ...Object.keys(endpoint.params ?? {})];
      expect(known, `${service}.${name}`).toEqual(expect.arrayContaining(paramsOf(endpoint.route)));
    }
  });

  test('has a title, a description and a category, and no second method has its verb and route', () => {
    const seen = new Set<string>();
    for (const { service, name, endpoint } of all) {
      for (const text of [endpoint.title, endpoint.description, endpoint.category]) expect(text, `${service}.${name}`).toMatch(/\S/);
      const place = `${service} ${endpoint.method} ${endpoint.route.replaceAll(/:\w+/g, ':')}`;
      expect(seen).not.toContain(place);
      seen.add(place);
    }
  });

  test('explains every property of its input and output', () => {
    const bare: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, items, oneOf } = node as { properties?: object; items?: unknown; oneOf?: readonly unknown[] };
      for (const [key, property] of Object.entries(properties ?? {}) as [string, { title?: string; description?: string }][]) {
        if (!property.title || !property.description) bare.push(`${at}.${key}`);
        visit(property, `${at}.${key}`);
      }
      visit(items, `${at}[]`);
      for (const one of oneOf ?? []) visit(one, at);
    };
    for (const { service, name, endpoint } of all)
      for (const schema of [endpoint.input, endpoint.output]) visit(schema, `${service}.${name}`);
    expect(bare).toEqual([]);
  });
});

test('the patterns of queue identifiers accept and refuse what the v1 API does', () => {
  const { taskId, taskQueueId, runId, name } = contracts.queue.parameterPatterns;
  expect(taskId.test('fN1SbArXTPSVFNUvaOlinQ')).toBe(true);
  expect(taskId.test('not-a-slugid')).toBe(false);
  expect(taskQueueId.test('built-in/succeed')).toBe(true);
  expect(taskQueueId.test('built-in/Succeed')).toBe(false);
  expect(runId.test('0')).toBe(true);
  expect(runId.test('-1')).toBe(false);
  expect(name.test('public/a b.txt')).toBe(true);
  expect(name.test('tab\there')).toBe(false);
});

describe('types', () => {
  type Queue = typeof contracts.queue.endpoints;

  test('parameters come from the route, with rest-of-path parameters by their bare name', () => {
    expectTypeOf<Params<Queue['createArtifact']>>().toEqualTypeOf<{
      readonly taskId: string;
      readonly runId: string;
      readonly name: string;
    }>();
    expectTypeOf<Params<Queue['taskQueueCounts']>>().toEqualTypeOf<{ readonly taskQueueId: string }>();
    expectTypeOf<keyof Params<Queue['ping']>>().toEqualTypeOf<never>();
  });

  test('input and output come from the schemas', () => {
    expectTypeOf<Input<Queue['createTask']>>().toEqualTypeOf<TaskDefinitionRequest>();
    expectTypeOf<Output<Queue['createTask']>['status']>().toEqualTypeOf<TaskStatus>();
    expectTypeOf<Output<Queue['task']>>().toEqualTypeOf<TaskDefinition>();
    expectTypeOf<Output<Queue['claimWork']>['tasks'][number]>().toEqualTypeOf<ClaimedTask>();
    expectTypeOf<Input<Queue['reclaimTask']>>().toEqualTypeOf<undefined>();
    expectTypeOf<Output<Queue['finishArtifact']>>().toEqualTypeOf<undefined>();
  });

  test('query keys are optional texts', () => {
    expectTypeOf<Query<Queue['listTaskGroup']>>().toEqualTypeOf<{ readonly continuationToken?: string; readonly limit?: string }>();
  });

  test('what has a default may be left out of a request, and is always in the definition', () => {
    expectTypeOf<TaskDefinitionRequest['priority']>().toEqualTypeOf<Priority | undefined>();
    expectTypeOf<TaskDefinition['priority']>().toEqualTypeOf<Priority>();
    expectTypeOf<TaskDefinition['routes']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<TaskDefinition['payload']>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
  });

  test('a choice of schemas is a union that its storage type tells apart', () => {
    expectTypeOf<ArtifactContentResponse['storageType']>().toEqualTypeOf<'s3' | 'object' | 'reference' | 'error'>();
    expectTypeOf<Extract<ArtifactContentResponse, { storageType: 'error' }>['reason']>().toEqualTypeOf<string>();
  });

  test('a payload is typed down to the content of its mounts', () => {
    expectTypeOf<GenericWorkerPayload['command']>().toEqualTypeOf<readonly (readonly string[])[]>();
    expectTypeOf<{ readonly command: [['true']]; readonly maxRunTime: 60 }>().toExtend<GenericWorkerPayload>();
    expectTypeOf<{ file: 'x'; content: { raw: 'y' } }>().toExtend<NonNullable<GenericWorkerPayload['mounts']>[number]>();
    expectTypeOf<Static<typeof contracts.webServer.endpoints.signIn.input>>().toEqualTypeOf<{ readonly code: string }>();
  });
});
