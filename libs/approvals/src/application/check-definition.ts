import { jsonFault } from '@nest-herald/platform/http';
import type { Definition } from '../engine/definition/definition.js';
import type { Fault } from '../engine/form/fault.js';
import { parseDefinition } from '../engine/validation/parse-definition.js';
import type { DefinitionRow } from '../store/definition-store.js';
import { ApprovalRefusal } from './approval.errors.js';

/** Most bytes of a definition as JSON. */
const MAX_DEFINITION_BYTES = 524_288;

/** A definition as a client sends it. The engine checks the fields that are not listed here. */
export interface DefineProcess {
  readonly publish?: boolean | undefined;
  readonly sort?: number | undefined;
  readonly enabled?: boolean | undefined;
  /** Another process whose drawing and form this one copies, instead of its own `nodes` and `edges`. */
  readonly drawingOf?: string | undefined;
  /** Another process whose form this one copies, instead of its own `formSchema`. */
  readonly formOf?: string | undefined;
  readonly [field: string]: unknown;
}

/** The parts of a definition that belong to a version: form, steps, edges and settings. */
export type Drawing = Pick<Definition, 'formSchema' | 'nodes' | 'edges' | 'settings'>;

/**
 * Checks a definition.
 *
 * @param code the code that the process has already
 * @throws ApprovalRefusal 422 `invalid_definition` with every fault
 */
export function checkDefinition(
  { publish: _publish, sort: _sort, enabled: _enabled, ...input }: DefineProcess,
  code?: string,
): Definition {
  const unstorable = jsonFault(input, MAX_DEFINITION_BYTES);
  if (unstorable !== null) throw invalidDefinition([{ path: '', message: `The definition ${unstorable}.` }]);
  const parsed = parseDefinition(input);
  if ('faults' in parsed) throw invalidDefinition(parsed.faults);
  if (code !== undefined && parsed.definition.code !== code) {
    throw invalidDefinition([{ path: 'code', message: `The code of this process is ${code} and cannot change.` }]);
  }
  return parsed.definition;
}

/** Refuses a definition with its faults. */
export function invalidDefinition(errors: readonly Fault[]): ApprovalRefusal {
  const detail = `The definition has ${errors.length} fault(s). Correct them; see "errors".`;
  return new ApprovalRefusal('invalid_definition', detail, { errors });
}

/** The description that a new version keeps: of a process that copies a drawing also name, category, icon and text. */
export function keptDescription(row: DefinitionRow, input: DefineProcess): object {
  const { code, name, category, icon, description } = row;
  if (input.drawingOf === undefined || 'nodes' in input) return { code };
  const kept = Object.entries({ category, icon, description }).filter(([, value]) => value !== null);
  return { code, name, ...Object.fromEntries(kept) };
}

/** The drawing of a definition. */
export function drawingOf({ formSchema, nodes, edges, settings }: Definition): Drawing {
  return { ...(formSchema === undefined ? {} : { formSchema }), nodes, edges, settings };
}
