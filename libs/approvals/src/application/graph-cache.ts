import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { unknown } from './approval.errors.js';
import { compileGraph, type Graph } from '../engine/graph/graph.js';
import { readVersion } from '../store/definition-store.js';

/** Compiled versions that one process keeps, whatever their tenants. */
const MAX_GRAPHS = 500;

/**
 * Compiled graphs of versions. A version never changes once instances can run on it, so nothing has to be invalidated;
 * drafts are not kept. The least recently used one goes first.
 */
@Injectable()
export class GraphCache {
  readonly #graphs = new Map<string, Graph>();

  /** @throws ApprovalRefusal 404 for a version that the tenant does not have. */
  async graphOf(manager: EntityManager, tenantId: string, definitionId: string, version: number): Promise<Graph> {
    // No id contains a line feed.
    const key = `${tenantId}\n${definitionId}\n${version}`;
    const known = this.#graphs.get(key);
    if (known !== undefined) {
      this.#graphs.delete(key);
      this.#graphs.set(key, known);
      return known;
    }
    const row = await readVersion(manager, tenantId, definitionId, version);
    if (row === undefined) throw unknown('version');
    const graph = compileGraph(row.definition);
    if (row.status === 'draft') return graph;
    this.#graphs.set(key, graph);
    const [oldest] = this.#graphs.keys();
    if (this.#graphs.size > MAX_GRAPHS && oldest !== undefined) this.#graphs.delete(oldest);
    return graph;
  }
}
