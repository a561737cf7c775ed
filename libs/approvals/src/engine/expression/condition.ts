import type { FormData, FormSchema } from '../form/form-schema.js';
import { faultOfCalls } from './allowed-calls.js';
import { celEnvironment, celForm } from './cel-environment.js';

/** Most characters of one condition. */
const MAX_SOURCE_LENGTH = 1_000;

/** The values that a condition can read. */
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

/** The result of a condition. A form without a field that the condition reads gives a fault, never an exception. */
export type ConditionResult = { readonly value: boolean } | { readonly fault: string };

/** A type-checked condition. Evaluation has no side effect, and the size of the form limits its cost. */
export interface Condition {
  readonly source: string;
  evaluate(scope: ConditionScope): ConditionResult;
}

/** Type-checks conditions against one form schema. */
export interface ConditionCompiler {
  /** @returns the condition, or the reason why it cannot be used. */
  compile(source: string): { readonly condition: Condition } | { readonly fault: string };
}

/** Makes a compiler for the conditions of one form. Whole and decimal numbers can be mixed. */
export function conditionCompiler(formSchema: FormSchema | undefined): ConditionCompiler {
  const environment = celEnvironment(formSchema);
  return {
    compile(source) {
      if (source.length > MAX_SOURCE_LENGTH) {
        return { fault: `The condition has ${source.length} characters; at most ${MAX_SOURCE_LENGTH} are allowed.` };
      }
      try {
        const parsed = environment.parse(source);
        const fault = faultOfCalls(parsed.ast);
        if (fault !== undefined) return { fault };
        const check = parsed.check();
        if (!check.valid) return { fault: summary(check.error) };
        if (check.type !== 'bool') return { fault: `The condition gives ${check.type}; it must give bool.` };
        return { condition: { source, evaluate: (scope) => evaluate(parsed, scope, formSchema) } };
      } catch (error) {
        return { fault: summary(error) };
      }
    },
  };
}

function evaluate(
  run: (context: Record<string, unknown>) => unknown,
  scope: ConditionScope,
  formSchema: FormSchema | undefined,
): ConditionResult {
  try {
    const value = run({
      form: celForm(formSchema, scope.form),
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

function summary(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'summary' in error && typeof error.summary === 'string') {
    return error.summary;
  }
  return error instanceof Error ? error.message : String(error);
}
