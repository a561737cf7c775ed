import type { Pool } from 'pg';
import type { ServerRequest, ControlMailbox } from '../../../seams/control-mailbox.js';
import { asTenantId, type TenantId } from '@nest-herald/platform';

const LIFE_MS = 5_000;

/**
 * Server requests in `sse.control`, a table that only functions of `herald_system` access. Presence decides which servers
 * exist: a server is known until 15 s after its last lease renewal.
 */
export class PostgresControlMailbox implements ControlMailbox {
  constructor(private readonly pool: Pool) {}

  /** Nothing to do: presence registers this server. */
  open(_nodeId: string): Promise<void> {
    return Promise.resolve();
  }

  async put({ id, nodeId, tenantId, request }: ServerRequest): Promise<boolean> {
    const { rows } = await this.pool.query<{ ok: boolean }>({
      name: 'sse-put-control',
      text: 'SELECT sse.put_control($1, $2, $3, $4, $5) AS ok',
      values: [id, tenantId, nodeId, request, LIFE_MS],
    });
    return rows[0]?.ok === true;
  }

  async take(id: string, nodeId: string): Promise<Pick<ServerRequest, 'tenantId' | 'request'> | null> {
    const { rows } = await this.pool.query<{ tenant_id: string; request: string }>({
      name: 'sse-take-control',
      text: 'SELECT tenant_id, request::text AS request FROM sse.take_control($1, $2)',
      values: [id, nodeId],
    });
    const [row] = rows;
    return row === undefined ? null : { tenantId: asTenantId(row.tenant_id), request: row.request };
  }

  async answer(id: string, nodeId: string, answer: string): Promise<void> {
    await this.pool.query({
      name: 'sse-answer-control',
      text: 'SELECT sse.answer_control($1, $2, $3)',
      values: [id, nodeId, answer],
    });
  }

  async collect(id: string, tenantId: TenantId, withdraw: boolean): Promise<string | null> {
    const { rows } = await this.pool.query<{ answer: string | null }>({
      name: 'sse-collect-control',
      text: 'SELECT sse.collect_control($1, $2, $3)::text AS answer',
      values: [id, tenantId, withdraw],
    });
    return rows[0]?.answer ?? null;
  }
}
