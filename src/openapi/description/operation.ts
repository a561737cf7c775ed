import type { z } from 'zod';

/** What one operation of the HTTP API accepts and answers. Tests compare the routes with it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Path with `{name}` for each parameter. */
  readonly path: string;
  /** Unique name, in the form `feature.verb`. */
  readonly id: string;
  readonly summary: string;
  /** What a caller must know beyond the summary: side effects, guarantees, limits. */
  readonly description?: string;
  /** Who may call it: anyone, callers with a valid token, or callers whose token has this permission. */
  readonly access: 'public' | 'token' | { readonly permission: string };
  readonly parameters?: readonly Parameter[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Content & { readonly description: string }>>;
  /** Refusals besides the common ones, as `status code`. */
  readonly refusals?: readonly string[];
}

/** A parameter in the path, the query or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: z.ZodType;
  readonly example?: string | number | boolean;
}

/** A body or an answer. A test checks the example against the schema. */
export interface Content {
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** @defaultValue application/json */
  readonly mediaType?: string;
}

/** A group of operations under one heading of the document. */
export interface OperationGroup {
  readonly tag: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}
