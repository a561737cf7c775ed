import type { Pool } from 'pg';
import { restorePrincipal, type StoredPrincipal } from '../../../vocabulary/stored-principal.js';
import type { TicketRecord, TicketStore } from '../../../seams/ticket-store.js';
import { inTenant } from '@nest-herald/platform/postgres';

/**
 * Tickets in `sse.ticket`, valid on every server. Redeeming is one DELETE in a function of `herald_system`, because the tenant is
 * only known from the ticket. Tickets expire by the clock of the database; `sse.prune_presence` deletes expired ones.
 */
export class PostgresTicketStore implements TicketStore {
  constructor(private readonly pool: Pool) {}

  async issue(record: TicketRecord): Promise<void> {
    const { hash, principal, origin, expiresAt } = record;
    await inTenant(this.pool, principal.tenantId, (client) =>
      client.query({
        name: 'sse-issue-ticket',
        text: 'INSERT INTO sse.ticket (hash, tenant_id, principal, origin, expires_at) VALUES ($1, $2, $3, $4, $5)',
        values: [hash, principal.tenantId, JSON.stringify(principal), origin, expiresAt],
      }),
    );
  }

  async redeem(hash: Buffer): Promise<TicketRecord | null> {
    const { rows } = await this.pool.query<{ principal: StoredPrincipal; origin: string | null; expires_at: Date }>({
      name: 'sse-redeem-ticket',
      text: 'SELECT principal, origin, expires_at FROM sse.redeem_ticket($1)',
      values: [hash],
    });
    const [row] = rows;
    if (!row) return null;
    return { hash, principal: restorePrincipal(row.principal), origin: row.origin, expiresAt: row.expires_at };
  }
}
