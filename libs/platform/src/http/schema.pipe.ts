import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { Refusal } from '../problem/refusal.js';

/** Never chosen by a request: ignored wherever they are sent, so older clients need no change. */
const IGNORED_FIELDS = ['tenant_id', 'tenantId'];

/**
 * Checks a body or a query against a schema and returns the parsed value. Nest 12 has a pipe for standard schemas; this pipe
 * also runs on Nest 11, ignores tenant fields, and refuses with problem documents.
 */
export class SchemaPipe<T> implements PipeTransform<unknown, T> {
  /** @param choose the schema, or a function that selects it for a value. */
  constructor(private readonly choose: z.ZodType<T> | ((value: unknown) => z.ZodType<T>)) {}

  /** @throws Refusal 400 `invalid_request` with `errors[].path` and `.message`. */
  transform(value: unknown): T {
    const checked = withoutIgnored(value);
    const schema = typeof this.choose === 'function' ? this.choose(checked) : this.choose;
    const result = schema.safeParse(checked);
    if (result.success) return result.data;
    const errors = result.error.issues.slice(0, 100).map((issue) => ({
      path: issue.path.map(String).join('.'),
      message: issue.message,
    }));
    throw new Refusal(400, 'invalid_request', 'The request does not have the expected form; see "errors".', { errors });
  }
}

function withoutIgnored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !IGNORED_FIELDS.includes(name)));
}
