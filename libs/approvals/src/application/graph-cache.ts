import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { compileGraph, type Graph } from '../engine/graph/graph.js';
import { readVersion } from '../store/version-store.js';
import { notFound } from './approval.errors.js';

/** Most graphs in memory, of all tenants together. */
const MAX_GRAPHS = 500;

/**
 * Caches the compiled graphs of versions. A version never changes after its publication, so no entry becomes stale; drafts are
 * not cached. The least recently used graph is evicted first.
 */
@Injectable()
export class GraphCache {
  readonly #graphs = new Map<string, Graph>();

  /** @throws ApprovalRefusal 404 for a version that the tenant does not have */
  async graphOf(manager: EntityManager, tenantId: string, definitionId: string, version: number): Promise<Graph> {
    // No id contains a line feed.
    const key = `${tenantId}\n${definitionId}\n${version}`;
    const cached = this.#graphs.get(key);
    if (cached !== undefined) {
      this.#graphs.delete(key);
      this.#graphs.set(key, cached);
      return cached;
    }
    const row = await readVersion(manager, tenantId, definitionId, version);
    if (row === undefined) throw notFound('version');
    const graph = compileGraph(row.definition);
    if (row.status === 'draft') return graph;
    this.#graphs.set(key, graph);
    const [oldest] = this.#graphs.keys();
    if (this.#graphs.size > MAX_GRAPHS && oldest !== undefined) this.#graphs.delete(oldest);
    return graph;
  }
}
