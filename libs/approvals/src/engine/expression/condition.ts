import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import type { FieldSchema, FormData, FormSchema } from '../form/form-schema.js';

/** Characters of one condition. */
const MAX_SOURCE_LENGTH = 1_000;
/** Small enough that the worst condition over the largest form stays within milliseconds. */
const LIMITS = { maxAstNodes: 200, maxDepth: 20, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 };

/** Macros that walk a list. One inside another would be quadratic and worse, so they do not nest. */
const LIST_MACROS = new Set(['all', 'exists', 'exists_one', 'filter']);
/**
 * Everything else that a condition may call. Left out on purpose: `matches` (a regular expression can take exponential
 * time), `cel.bind` and `map` (they can build values that grow without limit), and time (a condition must give the same
 * answer whenever and wherever it is asked).
 */
const FUNCTIONS = new Set([
  'has',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'lowerAscii',
  'upperAscii',
  'trim',
  'string',
  'int',
  'double',
]);

/** What a condition can see besides the form. */
export interface ConditionScope {
  readonly form: FormData;
  readonly applicant: {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly string[];
    readonly departmentIds: readonly string[];
    readonly positionIds: readonly string[];
    readonly groupIds: readonly string[];
  };
  readonly instance: {
    readonly id: string;
    readonly title: string;
    readonly businessType: string;
    readonly businessId: string;
    readonly round: number;
  };
}

/** The answer of a condition; a fault when the form lacks a field that it names, never an exception. */
export type ConditionResult = { readonly value: boolean } | { readonly fault: string };

/** A type-checked condition. Evaluating it has no side effect, and its cost is bounded by the form's size. */
export interface Condition {
  readonly source: string;
  evaluate(scope: ConditionScope): ConditionResult;
}

/** Type-checks conditions against one form schema. */
export interface ConditionCompiler {
  /** @returns the condition, or in words why it cannot be used. */
  compile(source: string): { readonly condition: Condition } | { readonly fault: string };
}

/**
 * Prepares the language of conditions for one form: `form` has the schema's fields (or is a free map without a schema),
 * `applicant` and `instance` are as in {@link ConditionScope}. Whole and decimal numbers mix freely.
 */
export function conditionCompiler(formSchema: FormSchema | undefined): ConditionCompiler {
  const environment = new Environment({ limits: LIMITS });
  allowMixedNumbers(environment);
  const closed = formSchema !== undefined && Object.keys(formSchema.properties).length > 0;
  if (closed) environment.registerVariable({ name: 'form', schema: celFields(formSchema.properties) });
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

  return {
    compile(source) {
      if (source.length > MAX_SOURCE_LENGTH) {
        return { fault: `${source.length} characters; a condition has at most ${MAX_SOURCE_LENGTH}.` };
      }
      try {
        const parsed = environment.parse(source);
        const refused = refusedCall(parsed.ast, false);
        if (refused !== undefined) return { fault: refused };
        const check = parsed.check();
        if (!check.valid) return { fault: summary(check.error) };
        if (check.type !== 'bool') return { fault: `The condition gives ${check.type}; it must give bool.` };
        return { condition: { source, evaluate: (scope) => evaluate(parsed, scope, closed ? formSchema : undefined) } };
      } catch (error) {
        return { fault: summary(error) };
      }
    },
  };
}

function evaluate(
  run: (context: Record<string, unknown>) => unknown,
  scope: ConditionScope,
  schema: FormSchema | undefined,
): ConditionResult {
  try {
    const form = schema === undefined ? scope.form : declaredOnly(schema.properties, scope.form);
    const value = run({
      form,
      applicant: scope.applicant,
      instance: { ...scope.instance, round: BigInt(scope.instance.round) },
    });
    return typeof value === 'boolean'
      ? { value }
      : { fault: `The condition gave ${typeof value} instead of true or false.` };
  } catch (error) {
    return { fault: summary(error) };
  }
}

/** Fields of the schema only, whole numbers as CEL wants them; a field that is absent or null is absent for `has()`. */
function declaredOnly(properties: Readonly<Record<string, FieldSchema>>, form: FormData): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = Object.hasOwn(form, name) ? form[name] : undefined;
    if (value !== undefined && value !== null) out[name] = toCel(schema, value);
  }
  return out;
}

function toCel(schema: FieldSchema, value: unknown): unknown {
  if (schema.type === 'integer' && typeof value === 'number') return BigInt(value);
  if (schema.type === 'object' && isRecord(value)) return declaredOnly(schema.properties ?? {}, value);
  const items = schema.type === 'array' ? schema.items : undefined;
  if (items !== undefined && items.type !== 'object' && Array.isArray(value))
    return value.map((item) => toCel(items, item));
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

/** `form.amount == 5` is what an author writes; plain CEL would want `5.0`. */
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

function refusedCall(node: ASTNode, insideMacro: boolean): string | undefined {
  let inside = insideMacro;
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0];
    if (LIST_MACROS.has(name)) {
      if (insideMacro) return `${name}() inside another walk over a list; use two conditions or flatten the list.`;
      inside = true;
    } else if (!FUNCTIONS.has(name)) {
      return `${name}() cannot be used in a condition; allowed are ${[...FUNCTIONS, ...LIST_MACROS].join(', ')}.`;
    }
  }
  for (const child of childrenOf(node.args)) {
    const refused = refusedCall(child, inside);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isRecord(args) && 'op' in args ? [args as unknown as ASTNode] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function summary(error: unknown): string {
  if (isRecord(error) && typeof error['summary'] === 'string') return error['summary'];
  return error instanceof Error ? error.message : String(error);
}
