import type { z } from 'zod';
import { definitionShape, type Definition } from '../definition/definition.js';
import { joinPath, type Fault } from '../form/fault.js';
import { compileGraph, type Graph } from '../graph/graph.js';
import { checkEdges } from './check-edges.js';
import { checkGraph } from './check-graph.js';
import { checkSteps } from './check-steps.js';

/** Most faults of one answer. */
const MAX_FAULTS = 100;

/** A definition that can be published, or its faults. */
export type ParsedDefinition =
  { readonly definition: Definition; readonly graph: Graph } | { readonly faults: readonly Fault[] };

/**
 * Checks a definition as an author wrote it, fills in its defaults and compiles it.
 *
 * Unknown fields are refused. The check covers ids, edges, reachability, cycles, default edges, assignee specs and the types
 * of all conditions.
 *
 * @returns the definition and its graph, or all faults (at most 100) with their JSON paths: the `errors` of a 422
 * `invalid_definition`
 */
export function parseDefinition(input: unknown): ParsedDefinition {
  const shape = definitionShape.safeParse(input);
  if (!shape.success) return { faults: shape.error.issues.flatMap(faultsOf).slice(0, MAX_FAULTS) };
  const definition = shape.data;
  const edgeFaults = checkEdges(definition);
  // The graph can only be checked when every edge has its two steps.
  const graphFaults = edgeFaults.length > 0 ? edgeFaults : checkGraph(definition);
  const faults = [...checkSteps(definition), ...graphFaults];
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

function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => joinPath(path, typeof key === 'number' ? key : String(key)), '');
}
