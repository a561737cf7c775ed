import { jsonFault } from '@nest-herald/platform/http';
import { ApprovalRefusal } from './approval.errors.js';
import type { Definition } from '../engine/definition/definition.js';
import { parseDefinition } from '../engine/validation/parse-definition.js';
import type { DefineInput } from '../http/definition.schemas.js';
import type { DefinitionRow } from '../store/definition-store.js';

/** Bytes of one definition as JSON. */
const MAX_DEFINITION_BYTES = 524_288;

/** How a process goes: what a version keeps of its definition. */
export type Drawing = Pick<Definition, 'formSchema' | 'nodes' | 'edges' | 'settings'>;

/** @throws ApprovalRefusal 422 with every fault. */
export function checked(
  { publish: _publish, sort: _sort, enabled: _enabled, ...input }: DefineInput,
  code?: string,
): Definition {
  const unstorable = jsonFault(input, MAX_DEFINITION_BYTES);
  if (unstorable !== null) throw invalid([{ path: '', message: `The definition ${unstorable}.` }]);
  const parsed = parseDefinition(input);
  if ('faults' in parsed) throw invalid(parsed.faults);
  if (code !== undefined && parsed.definition.code !== code) {
    throw invalid([{ path: 'code', message: `The code of a process does not change; it is ${code}.` }]);
  }
  return parsed.definition;
}

/** A refusal that names every fault. */
export function invalid(errors: readonly { readonly path: string; readonly message: string }[]): ApprovalRefusal {
  return new ApprovalRefusal('invalid_definition', `The definition has ${errors.length} fault(s); see "errors".`, {
    errors,
  });
}

/** What a replacement that takes its drawing over need not say again. */
export function described(row: DefinitionRow, input: DefineInput): object {
  const { code, name, category, icon, description } = row;
  if (input.drawingOf === undefined || 'nodes' in input) return { code };
  const kept = Object.entries({ category, icon, description }).filter(([, value]) => value !== null);
  return { code, name, ...Object.fromEntries(kept) };
}

/** The drawing in a definition. */
export function drawingOf({ formSchema, nodes, edges, settings }: Definition): Drawing {
  return { ...(formSchema === undefined ? {} : { formSchema }), nodes, edges, settings };
}
