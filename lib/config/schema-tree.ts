import { z } from 'zod';
import type { PathKey } from './config-path';

/** The object schema at a path of the input, through optional wrappers and records. */
export function objectSchemaAt(schema: unknown, path: readonly PathKey[]): z.ZodObject | undefined {
  const inner = unwrap(schema);
  const [key, ...rest] = path;
  if (key === undefined) return inner instanceof z.ZodObject ? inner : undefined;
  if (inner instanceof z.ZodObject) return objectSchemaAt(inner.shape[String(key)], rest);
  return inner instanceof z.ZodRecord ? objectSchemaAt(inner.def.valueType, rest) : undefined;
}

/** Every option below a schema, as a dotted path; an entry of a record is written `<id>`. */
export function leafPaths(schema: unknown, path = ''): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) =>
      leafPaths(value, path ? `${path}.${key}` : key),
    );
  }
  if (inner instanceof z.ZodRecord && unwrap(inner.def.valueType) instanceof z.ZodObject) {
    return leafPaths(inner.def.valueType, `${path}.<id>`);
  }
  return [path];
}

/** What a schema is about: the section, where a union of it and a word switches the section off. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodUnion) return unwrap(schema.def.options.at(-1));
  if (schema instanceof z.ZodOptional) return unwrap(schema.def.innerType);
  return schema instanceof z.ZodPipe ? unwrap(schema.def.out) : schema;
}
