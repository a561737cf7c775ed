import { type ControlRecord, readControlRecord } from '../vocabulary/control-record.js';
import type { Principal, TenantId } from '@nest-herald/platform';
import { type Revocation, revokes } from '../vocabulary/revocation.js';
import type { HubConnections } from './hub-connections.js';

/** What the hub knows of revocations. */
export interface KnownRevocations {
  /** Resolves when everything is known that was stored before this call. */
  refresh(tenantId: TenantId): Promise<void>;
  isKnown(principal: Principal): boolean;
  learn(revocation: Revocation): void;
}

/** A mark that asks to look at rights again. */
export type ReauthorizeRecord = Extract<ControlRecord, { readonly kind: 'reauthorize' }> & {
  readonly tenantId: TenantId;
};

/**
 * Obeys the marks in a tenant's log, each in its place among the events: no event behind a revocation reaches a stream that
 * it concerns, because that stream is closed before the event is handed out.
 *
 * What was marked before this process followed the tenant, or in a gap of the log, is made up for by `settle`.
 */
export class ControlRecordHandler {
  constructor(
    private readonly nodeId: string,
    private readonly connections: HubConnections,
    private readonly gate: KnownRevocations | undefined,
    private readonly reauthorize: (mark: ReauthorizeRecord) => void,
    private readonly warn: (what: string, error: unknown) => void,
  ) {}

  /** Learns all that is stored and closes whom it concerns. @throws whatever the store throws. */
  async applyStoredRevocations(tenantId: TenantId): Promise<void> {
    if (this.gate === undefined) return;
    await this.gate.refresh(tenantId);
    for (const connection of this.connections.choose(tenantId)) {
      if (this.isRevoked(connection.principal)) connection.close('revoked');
    }
  }

  isRevoked(principal: Principal): boolean {
    return this.gate?.isKnown(principal) === true;
  }

  /** Never throws: the events behind a mark that cannot be read must go on. */
  read(tenantId: TenantId, payload: string): void {
    let mark: ControlRecord | null;
    try {
      mark = readControlRecord(tenantId, payload);
    } catch (error) {
      this.warn(`a mark in the log of tenant ${tenantId}`, error);
      return;
    }
    switch (mark?.kind) {
      case 'revoked':
        this.closeRevoked(mark.revocation);
        break;
      case 'disconnect':
        if (mark.from !== this.nodeId) this.connections.close(tenantId, { userId: mark.userId }, mark.reason);
        break;
      case 'reauthorize':
        if (mark.from !== this.nodeId) this.reauthorize({ ...mark, tenantId });
        break;
      case undefined:
        // Of a newer version of this package, which the other nodes run already.
        break;
    }
  }

  closeRevoked(revocation: Revocation): void {
    const { tenantId, target } = revocation;
    this.gate?.learn(revocation);
    for (const connection of this.connections.choose(tenantId, 'userId' in target ? { userId: target.userId } : {})) {
      if (revokes(revocation, connection.principal)) connection.close('revoked');
    }
  }
}
