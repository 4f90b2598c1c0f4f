// A template's `then` is data; nothing here is ever awaited.
/* oxlint-disable unicorn/no-thenable */
import { expect, test } from 'vitest';
import { compileTemplate, render, templateParameters } from './index.ts';
import type { ScopeExpression, ScopeParameters, ScopeTemplate } from './index.ts';

const level: ScopeTemplate = { if: 'levelIsReadOnly', then: { AnyOf: ['get:<x>', 'put:<x>'] }, else: 'put:<x>' };
const every: ScopeTemplate = { AllOf: ['create:<id>', { for: 'scope', in: 'scopes', each: '<scope>' }] };

test.each<[ScopeTemplate, ScopeParameters, ScopeExpression | undefined]>([
  ['plain', {}, 'plain'],
  ['', {}, ''],
  ['a:<b>', { b: 'x' }, 'a:x'],
  ['<b>/<c>:<b>', { b: 'x', c: 5 }, 'x/5:x'],
  ['a:<b>', { b: '' }, 'a:'],
  ['a:<b>', { b: '<c>' }, 'a:<c>'],
  ['a:<..>:<1b>:<b', {}, 'a:<..>:<1b>:<b'],
  [{ AllOf: [] }, {}, { AllOf: [] }],
  [{ AnyOf: [] }, {}, { AnyOf: [] }],
  [{ AnyOf: ['a:<b>', { AllOf: ['c', 'd:<b>'] }] }, { b: 'x' }, { AnyOf: ['a:x', { AllOf: ['c', 'd:x'] }] }],
  [every, { id: 'i', scopes: [] }, { AllOf: ['create:i'] }],
  [every, { id: 'i', scopes: ['s', 't*'] }, { AllOf: ['create:i', 's', 't*'] }],
  [{ AnyOf: [{ for: 'b', in: 'list', each: '<b>:<c>' }] }, { list: ['x', 'y'], b: 'hidden', c: 'z' }, { AnyOf: ['x:z', 'y:z'] }],
  [level, { levelIsReadOnly: true, x: 1 }, { AnyOf: ['get:1', 'put:1'] }],
  [level, { levelIsReadOnly: false, x: 1 }, 'put:1'],
  [{ if: 'secret', then: 'a:<b>' }, { secret: false }, undefined],
  [{ if: 'secret', then: 'a:<b>' }, { secret: true, b: 'x' }, 'a:x'],
  [{ AllOf: ['a', { if: 'no', then: 'b' }] }, { no: false }, { AllOf: ['a'] }],
  [{ AllOf: [{ if: 'yes', then: { for: 'e', in: 'list', each: '<e>' } }] }, { yes: true, list: ['x', 'y'] }, { AllOf: ['x', 'y'] }],
  [{ if: 'p', then: { if: 'q', then: 'pq', else: 'p' } }, { p: true, q: false }, 'p'],
  ['<constructor>', { constructor: 'own' }, 'own'],
])('%j with %j is %j', (template, params, expected) => {
  expect(render(template, params)).toEqual(expected);
  const prepared = compileTemplate(template);
  expect(prepared(params)).toEqual(expected);
  expect(prepared(params)).toEqual(expected);
});

test.each<[ScopeTemplate, ScopeParameters]>([
  ['<b>', {}],
  ['<b>', { b: undefined }],
  ['<b>', { b: null }],
  ['<b>', { b: true }],
  ['<b>', { b: {} }],
  ['<b>', { b: ['x'] }],
  ['<b>', { b: Number.NaN }],
  ['<constructor>', {}],
  ['<toString>', {}],
  [every, { id: 'i' }],
  [every, { id: 'i', scopes: 'abc' }],
  [every, { id: 'i', scopes: { 0: 'x', length: 1 } }],
  [every, { id: 'i', scopes: ['a', 5] }],
  [level, { x: 1 }],
  [level, { x: 1, levelIsReadOnly: 'true' }],
  [level, { x: 1, levelIsReadOnly: 1 }],
  [level, { x: 1, levelIsReadOnly: undefined }],
])('%j refuses the parameters %j', (template, params) => {
  expect(() => render(template, params)).toThrow(TypeError);
  expect(() => compileTemplate(template)(params)).toThrow(TypeError);
});

test.each<unknown>([
  null,
  undefined,
  5,
  [],
  ['a'],
  {},
  'caf\u00e9',
  { AllOf: 'a' },
  { AllOf: [], AnyOf: [] },
  { AllOf: [['a']] },
  { AllOf: [null] },
  { for: 'x', in: 'list', each: '<x>' },
  { if: 'p', then: { for: 'x', in: 'list', each: '<x>' } },
  { AllOf: [{ for: 'x', in: 'list' }] },
  { AllOf: [{ for: '0x', in: 'list', each: 'a' }] },
  { AllOf: [{ for: 'x', in: 'li st', each: 'a' }] },
  { AllOf: [{ for: 'x', in: 'list', each: { AllOf: [] } }] },
  { if: 'p' },
  { if: 'p q', then: 'a' },
  { if: 'p', then: 'a', otherwise: 'b' },
])('%j is not a template', (template) => {
  expect(() => compileTemplate(template as ScopeTemplate)).toThrow(TypeError);
});

test.each<[ScopeTemplate, string[]]>([
  ['plain', []],
  ['<b>/<a>:<b>', ['b', 'a']],
  [every, ['id', 'scopes']],
  [level, ['levelIsReadOnly', 'x']],
  [{ AnyOf: [{ for: 'b', in: 'list', each: '<b>:<c>' }, '<b>'] }, ['list', 'c', 'b']],
  [{ if: 'p', then: 'a:<b>' }, ['p', 'b']],
])('%j needs the parameters %j', (template, names) => expect(templateParameters(template)).toEqual(names));
