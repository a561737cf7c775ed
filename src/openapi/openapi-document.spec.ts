import { describe, expect, it } from '@jest/globals';
import { serviceOperations } from './all-operations.js';
import { openApiDocument } from './openapi-document.js';
import type { Content } from './description/operation.js';
import { referencePage } from './reference-page.js';

const groups = serviceOperations({ demo: true });
const operations = groups.flatMap((group) => group.operations);

describe('API document', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s has examples that fit their schemas',
    (_id, operation) => {
      const contents: Content[] = [...(operation.body ? [operation.body] : []), ...Object.values(operation.answers)];
      for (const { schema, example } of contents) {
        if (schema && example !== undefined) expect(schema.safeParse(example).error?.issues ?? []).toEqual([]);
      }
      for (const { schema, example, name } of operation.parameters ?? []) {
        if (example !== undefined) expect([name, schema.safeParse(example).success]).toEqual([name, true]);
      }
    },
  );

  it('has an example for every JSON body and answer', () => {
    const without = operations.filter(({ body, answers }) =>
      [body, ...Object.values(answers)].some(
        (content) => content?.schema && content.example === undefined && content.mediaType === undefined,
      ),
    );
    expect(without.map(({ id }) => id)).toEqual([]);
  });

  it('names every operation and every route once', () => {
    const ids = operations.map(({ id }) => id);
    const routes = operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('offers the form of the legacy API for its 29 operations, and for the alias of one of them', () => {
    const offered = operations.filter(({ parameters }) => parameters?.some(({ name }) => name === 'compat'));
    expect(offered.map(({ id }) => id)).toHaveLength(30);
    expect(offered.map(({ id }) => id)).toEqual(expect.arrayContaining(['approvals.start', 'approvals.startAlias']));
  });

  it('accepts an Idempotency-Key for every write of approvals and notifications', () => {
    const writes = groups
      .filter(({ tag }) => tag === 'Approvals' || tag === 'Notifications')
      .flatMap((group) => group.operations)
      .filter(({ method }) => method !== 'get');
    const without = writes.filter(({ parameters }) => !parameters?.some(({ name }) => name === 'Idempotency-Key'));
    // A simulation writes nothing.
    expect(without.map(({ id }) => id)).toEqual(['approvals.simulate']);
  });

  it('describes every path parameter', () => {
    for (const { id, path, parameters = [] } of operations) {
      const wanted = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const described = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([id, described]).toEqual([id, wanted]);
    }
  });

  it('refers only to schemas that the document has', () => {
    const document = openApiDocument(groups, '0.0.0');
    const schemas = document.components['schemas'] as Record<string, unknown>;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, name = ''] of references) expect(schemas).toHaveProperty([name]);
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it('omits the demo when it is switched off', () => {
    const paths = Object.keys(openApiDocument(serviceOperations({ demo: false }), '0.0.0').paths);
    expect(paths.filter((path) => path.includes('/demo/'))).toEqual([]);
  });

  it('shows every operation on the page, without scripts', () => {
    const page = referencePage(groups, '0.0.0');
    for (const { id } of operations) expect(page).toContain(`id="${id}"`);
    expect(page).not.toContain('<script');
  });
});
