import { Environment } from '@marcbachmann/cel-js';
import type { FieldSchema, FormData, FormSchema } from '../form/form-schema.js';

/** Small enough that the most expensive condition over the largest form takes milliseconds. */
const LIMITS = { maxAstNodes: 200, maxDepth: 20, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 };

/**
 * Declares the variables of a condition: `form` has the fields of the schema (any field when there is no schema),
 * `applicant` and `instance` are as in `ConditionScope`.
 */
export function celEnvironment(formSchema: FormSchema | undefined): Environment {
  const environment = new Environment({ limits: LIMITS });
  allowMixedNumbers(environment);
  if (hasFields(formSchema)) environment.registerVariable({ name: 'form', schema: celFields(formSchema.properties) });
  else environment.registerVariable('form', 'map<string, dyn>');
  environment.registerVariable({
    name: 'applicant',
    schema: {
      id: 'string',
      name: 'string',
      roles: 'list<string>',
      departmentIds: 'list<string>',
      positionIds: 'list<string>',
      groupIds: 'list<string>',
    },
  });
  environment.registerVariable({
    name: 'instance',
    schema: { id: 'string', title: 'string', businessType: 'string', businessId: 'string', round: 'int' },
  });
  return environment;
}

/** Converts a form to CEL values. With a schema, fields that it does not declare are left out. */
export function celForm(formSchema: FormSchema | undefined, form: FormData): Readonly<Record<string, unknown>> {
  return hasFields(formSchema) ? declaredFields(formSchema.properties, form) : form;
}

function hasFields(formSchema: FormSchema | undefined): formSchema is FormSchema {
  return formSchema !== undefined && Object.keys(formSchema.properties).length > 0;
}

/** A field that is absent or null is absent for `has()`. Whole numbers become `BigInt`, which is CEL's `int`. */
function declaredFields(properties: Readonly<Record<string, FieldSchema>>, form: FormData): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = Object.hasOwn(form, name) ? form[name] : undefined;
    if (value !== undefined && value !== null) out[name] = celValue(schema, value);
  }
  return out;
}

function celValue(schema: FieldSchema, value: unknown): unknown {
  if (schema.type === 'integer' && typeof value === 'number') return BigInt(value);
  if (schema.type === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return declaredFields(schema.properties ?? {}, value as Record<string, unknown>);
  }
  const items = schema.type === 'array' ? schema.items : undefined;
  if (items !== undefined && items.type !== 'object' && Array.isArray(value))
    return value.map((item) => celValue(items, item));
  return value;
}

type CelFields = { [field: string]: string | CelFields };

function celFields(properties: Readonly<Record<string, FieldSchema>>): CelFields {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, celType(schema)]));
}

function celType(schema: FieldSchema): string | CelFields {
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'number':
      return 'double';
    case 'integer':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'array': {
      const items = schema.items === undefined ? 'dyn' : celType(schema.items);
      return typeof items === 'string' ? `list<${items}>` : 'list<dyn>';
    }
    case 'object':
      return schema.properties === undefined || Object.keys(schema.properties).length === 0
        ? 'map<string, dyn>'
        : celFields(schema.properties);
  }
}

/** Lets an author write `form.amount == 5`, for which plain CEL requires `5.0`. */
function allowMixedNumbers(environment: Environment): void {
  const operators: Record<string, (a: number | bigint, b: number | bigint) => number> = {
    '+': (a, b) => Number(a) + Number(b),
    '-': (a, b) => Number(a) - Number(b),
    '*': (a, b) => Number(a) * Number(b),
    '/': (a, b) => Number(a) / Number(b),
  };
  for (const [operator, apply] of Object.entries(operators)) {
    environment.registerOperator(`double ${operator} int`, apply);
    environment.registerOperator(`int ${operator} double`, apply);
  }
  environment.registerOperator('double == int', (a: number | bigint, b: number | bigint) => Number(a) === Number(b));
}
