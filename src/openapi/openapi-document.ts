import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE } from '@nest-herald/platform/http';
import { JsonSchemas } from './description/json-schemas.js';
import type { Content, Operation, OperationGroup, Parameter } from './description/operation.js';

/** The schema of the problem document (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'The form of every refusal (RFC 9457). Programs decide by `code`.' });

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

/** Builds the document from the groups of operations. Their order is the order of the headings. */
export function openApiDocument(groups: readonly OperationGroup[], version: string): OpenApiDocument {
  const schemas = new JsonSchemas();
  const problem = schemas.of(problemSchema, 'output');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { tag, operations } of groups) {
    for (const operation of operations) {
      const path = (paths[operation.path] ??= {});
      path[operation.method] = describe(operation, tag, schemas, problem);
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nest Herald',
      version,
      description: 'Real-time notifications for enterprise ERPs. The tenant of every request comes from its token.',
    },
    tags: groups.map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'herald_session' },
      },
    },
  };
}

function describe(operation: Operation, tag: string, schemas: JsonSchemas, problem: unknown) {
  const permission = typeof operation.access === 'object' ? operation.access.permission : undefined;
  const notes = [operation.description, permission && `Needs the permission \`${permission}\`.`].filter(Boolean);
  return {
    tags: [tag],
    operationId: operation.id,
    summary: operation.summary,
    ...(notes.length > 0 ? { description: notes.join('\n\n') } : {}),
    security: operation.access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    ...(permission === undefined ? {} : { 'x-permission': permission }),
    ...(operation.parameters
      ? { parameters: operation.parameters.map((parameter) => parameterOf(parameter, schemas)) }
      : {}),
    ...(operation.body
      ? { requestBody: { required: true, content: contentOf(operation.body, schemas, 'input') } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [
          status,
          {
            description: answer.description,
            ...(answer.schema ? { content: contentOf(answer, schemas, 'output') } : {}),
          },
        ]),
      ),
      ...refusalsOf(operation, problem),
    },
  };
}

function parameterOf({ name, in: location, description, schema, example }: Parameter, schemas: JsonSchemas) {
  return {
    name,
    in: location,
    description,
    required: location === 'path',
    schema: schemas.of(schema, 'input'),
    ...(example === undefined ? {} : { example }),
  };
}

function contentOf(content: Content, schemas: JsonSchemas, direction: 'input' | 'output') {
  return {
    [content.mediaType ?? 'application/json']: {
      schema: schemas.of(content.schema ?? z.unknown(), direction),
      ...(content.example === undefined ? {} : { example: content.example }),
    },
  };
}

/** The refusals that follow from the inputs of an operation, and its own. */
function refusalsOf(operation: Operation, problem: unknown): Readonly<Record<string, unknown>> {
  const codes = new Map<string, Set<string>>();
  const add = (text: string) => {
    const [status = '', code = ''] = text.split(' ');
    codes.set(status, (codes.get(status) ?? new Set()).add(code));
  };
  if (operation.body || operation.parameters?.length) add('400 invalid_request');
  if (operation.access !== 'public')
    for (const code of ['missing_token', 'token_expired', 'invalid_token']) add(`401 ${code}`);
  if (typeof operation.access === 'object') add('403 forbidden');
  if (operation.body) add('413 payload_too_large');
  operation.refusals?.forEach(add);
  return Object.fromEntries(
    [...codes].map(([status, names]) => [
      status,
      {
        description: [...names].map((name) => `\`${name}\``).join(', '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
      },
    ]),
  );
}
