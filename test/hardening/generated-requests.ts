import fc from 'fast-check';
import type { Operation } from '../../src/openapi/description/operation.js';
import { hostilePayloads } from '../support/hostile-payloads.js';

/** One request as it is sent; it may be meaningless. */
export interface GeneratedRequest {
  readonly operationId: string;
  readonly method: string;
  /** Encoded path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** The parts of requests. */
export interface RequestMaterial {
  readonly operations: readonly Operation[];
  /** Bearer tokens, valid and invalid. */
  readonly tokens: readonly string[];
  /** Ids that exist in one of the tenants. */
  readonly ids: readonly string[];
}

const NASTY = [
  '',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "' or 1=1 --",
  '${7*7}',
  '%00',
  '\0',
  '\uD800',
  '\uFFFF',
  '*',
  '**',
  'a::b',
  '2026-02-30T25:00:00Z',
  '99999999999999999999',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(5_000),
  ...hostilePayloads(40),
] as const;

/** Deeper than any parser should accept. */
const DEEP = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;

/** Requests for every operation: valid, nearly valid and absurd. The same seed yields the same requests. */
export function generateRequests(material: RequestMaterial, seed: number, count: number): readonly GeneratedRequest[] {
  return fc.sample(requestOf(material), { seed, numRuns: count });
}

function requestOf(material: RequestMaterial): fc.Arbitrary<GeneratedRequest> {
  const word = fc.oneof(
    fc.constantFrom(...NASTY),
    fc.constantFrom(...material.ids),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  return fc
    .constantFrom(...material.operations)
    .chain((operation) =>
      fc.record({
        operation: fc.constant(operation),
        parameters: fc.array(word, { minLength: 4, maxLength: 4 }),
        query: fc.array(fc.tuple(queryName(operation), word), { maxLength: 4 }),
        headers: headers(material, word),
        body: body(operation, word),
      }),
    )
    .map(({ operation, parameters, query, headers: given, body: text }) => ({
      operationId: operation.id,
      method: operation.method.toUpperCase(),
      path: pathOf(operation, parameters, query),
      headers: text === null ? given : { 'content-type': 'application/json', ...given },
      body: text,
    }));
}

function pathOf(operation: Operation, words: readonly string[], query: readonly (readonly [string, string])[]): string {
  let next = 0;
  const path = operation.path.replaceAll(/\{[^}]+\}/g, () => encoded(words[next++ % words.length] ?? '') || '-');
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  return (search === '' ? path : `${path}?${search}`).slice(0, 14_000);
}

function queryName(operation: Operation): fc.Arbitrary<string> {
  const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  return fc.constantFrom(...known, 'limit', 'cursor', 'topics', 'tenant_id', 'compat', '__proto__', 'x[y]');
}

function headers(material: RequestMaterial, word: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  const value = word.map((text) => text.replaceAll(/[^\t\x20-\x7e]/g, '?').slice(0, 500));
  const optional = fc.record(
    {
      'if-match': value,
      'idempotency-key': value,
      'last-event-id': value,
      'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-7', 'x'),
      accept: fc.constantFrom('*/*', 'text/event-stream', 'application/json', 'x', ''),
      cookie: value.map((text) => `herald_session=${text}`),
      origin: fc.constantFrom('null', 'https://evil.example', 'x'),
      'x-forwarded-for': value,
      'x-request-id': value,
      traceparent: value,
    },
    { requiredKeys: [] },
  );
  const authorization = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom(...material.tokens).map((token) => ({ authorization: `Bearer ${token}` })),
    },
    { weight: 1, arbitrary: value.map((text) => ({ authorization: text })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  return fc.tuple(optional, authorization).map(([some, auth]) => ({ ...some, ...auth }));
}

/** Mostly the documented example with one fault, because an absurd body fails the first check. */
function body(operation: Operation, word: fc.Arbitrary<string>): fc.Arbitrary<string | null> {
  if (operation.body === undefined)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: word });
  const example: unknown = operation.body.example ?? {};
  const anything = fc.oneof(word, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.constant(null));
  const spoiled = fc
    .tuple(fc.constantFrom(...pathsOf(example), ['unknown']), anything)
    .map(([path, value]) => JSON.stringify(withValue(example, path, value)));
  return fc.oneof(
    { weight: 12, arbitrary: spoiled },
    { weight: 2, arbitrary: fc.constant(JSON.stringify(example)) },
    { weight: 2, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: word },
    {
      weight: 1,
      arbitrary: fc.constantFrom(DEEP, '{"a":1,"a":2}', '{"__proto__":{"x":1}}', `"${'x'.repeat(100_000)}"`),
    },
  );
}

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function withValue(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> = Array.isArray(target) ? ([...target] as never) : { ...(target as object) };
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
