import type { z } from 'zod';
import { checkGraph } from './check-graph.js';
import { checkNodes } from './check-steps.js';
import { definitionShape, type Definition } from '../definition/definition.js';
import { joinPath, type Fault } from '../form/form-schema.js';
import { compileGraph, type Graph } from '../graph/graph.js';

/** Faults that one answer names at most. */
const MAX_FAULTS = 100;

/** A definition that may be published, or everything that is wrong with it. */
export type ParsedDefinition =
  { readonly definition: Definition; readonly graph: Graph } | { readonly faults: readonly Fault[] };

/**
 * Checks a definition as it was written (api.md §6) and makes it ready to run.
 *
 * Fills in defaults; refuses unknown fields; checks ids, edges, reachability, cycles, default ways, assignee specs and
 * the types of all conditions.
 *
 * @returns the definition and its graph, or all faults together (at most 100) with their JSON paths: the `errors` of a
 * 422 `invalid_definition`
 */
export function parseDefinition(input: unknown): ParsedDefinition {
  const shape = definitionShape.safeParse(input);
  if (!shape.success) return { faults: shape.error.issues.flatMap(faultsOf).slice(0, MAX_FAULTS) };
  const definition = shape.data;
  const faults = [...checkNodes(definition), ...checkGraph(definition)];
  if (faults.length > 0) return { faults: faults.slice(0, MAX_FAULTS) };
  return { definition, graph: compileGraph(definition) };
}

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  const path = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: joinPath(path, key), message: 'Unknown field.' }));
  }
  return [{ path, message: issue.message }];
}

function pathOf(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((path, step) => joinPath(path, typeof step === 'number' ? step : String(step)), '');
}
