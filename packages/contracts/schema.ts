import { Type } from 'typebox';
import type { Static, TArray, TArrayOptions, TImmutable, TObjectOptions, TProperties, TSchema, TSchemaOptions, TUnsafe } from 'typebox';

// The static types are read-only throughout: a reply may hold lists and objects that its handler does not own.

/** An object that refuses properties it does not know: what almost every published schema is. */
export const closed = <const P extends TProperties>(properties: P, options: TObjectOptions = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const list = <I extends TSchema>(items: I, options: TArrayOptions = {}): TImmutable<TArray<I>> =>
  Type.Immutable(Type.Array(items, options)) as TImmutable<TArray<I>>;

/** An object of any content, published as `{"type": "object"}`. */
export const anyObject = (options: TSchemaOptions = {}): TUnsafe<Readonly<Record<string, unknown>>> =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', ...options });

/** An object whose keys are free and whose values all match one schema. */
export const mapOf = <V extends TSchema>(values: V, options: TSchemaOptions = {}): TUnsafe<Readonly<Record<string, Static<V>>>> =>
  Type.Unsafe<Readonly<Record<string, Static<V>>>>({ type: 'object', additionalProperties: values, ...options });

type Statics<T extends readonly TSchema[]> = { [K in keyof T]: Static<T[K]> }[number];

/** Exactly one of several schemas. TypeBox unions say `anyOf`; the v1 contract says `oneOf`, and code generators tell them apart. */
export const oneOf = <const T extends readonly TSchema[]>(schemas: T, options: TSchemaOptions = {}): TUnsafe<Statics<T>> =>
  Type.Unsafe<Statics<T>>({ oneOf: schemas, ...options });

/** One of some words. The contract always gives the type beside the list. */
export const oneOfWords = <const V extends string[]>(words: readonly [...V], options: TSchemaOptions = {}) =>
  Type.Enum(words, { type: 'string', ...options });

/** An instant as ISO 8601 text, e.g. `2026-02-03T04:05:06.789Z`. */
export const timestamp = (title: string, description: string) => Type.String({ title, description, format: 'date-time' });
