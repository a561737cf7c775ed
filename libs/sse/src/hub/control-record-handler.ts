import { type ControlRecord, readControlRecord } from '../vocabulary/control-record.js';
import type { Principal, TenantId } from '@nest-herald/platform';
import { type Revocation, revokes } from '../vocabulary/revocation.js';
import type { HubConnections } from './hub-connections.js';

/** The revocations that this process knows. */
export interface KnownRevocations {
  /** Resolves when every revocation stored before this call is known. */
  refresh(tenantId: TenantId): Promise<void>;
  isKnown(principal: Principal): boolean;
  learn(revocation: Revocation): void;
}

/** A control record that asks to recompute rights. */
export type ReauthorizeRecord = Extract<ControlRecord, { readonly kind: 'reauthorize' }> & {
  readonly tenantId: TenantId;
};

/**
 * Executes the control records of a tenant's log, in log order. No event after a revocation reaches a revoked stream, because
 * the stream is closed before that event is delivered.
 *
 * `applyStoredRevocations` makes up for records that this process did not read: those before its feed opened, or in a gap.
 */
export class ControlRecordHandler {
  constructor(
    private readonly nodeId: string,
    private readonly connections: HubConnections,
    private readonly revocations: KnownRevocations | undefined,
    private readonly reauthorize: (record: ReauthorizeRecord) => void,
    private readonly warn: (what: string, error: unknown) => void,
  ) {}

  /** Reads all stored revocations and closes the revoked connections. @throws what the store throws. */
  async applyStoredRevocations(tenantId: TenantId): Promise<void> {
    if (this.revocations === undefined) return;
    await this.revocations.refresh(tenantId);
    for (const connection of this.connections.choose(tenantId)) {
      if (this.isRevoked(connection.principal)) connection.close('revoked');
    }
  }

  isRevoked(principal: Principal): boolean {
    return this.revocations?.isKnown(principal) === true;
  }

  /** Executes one record. It never throws, because the events after an unreadable record must still be delivered. */
  handle(tenantId: TenantId, payload: string): void {
    let record: ControlRecord | null;
    try {
      record = readControlRecord(tenantId, payload);
    } catch (error) {
      this.warn(`a control record in the log of tenant ${tenantId}`, error);
      return;
    }
    switch (record?.kind) {
      case 'revoked':
        this.closeRevoked(record.revocation);
        break;
      case 'disconnect':
        if (record.from !== this.nodeId) this.connections.close(tenantId, { userId: record.userId }, record.reason);
        break;
      case 'reauthorize':
        if (record.from !== this.nodeId) this.reauthorize({ ...record, tenantId });
        break;
      case undefined:
        // A record of a newer version of this package, which other servers already run.
        break;
    }
  }

  /** Closes the connections of this process that a revocation covers. */
  closeRevoked(revocation: Revocation): void {
    const { tenantId, target } = revocation;
    this.revocations?.learn(revocation);
    for (const connection of this.connections.choose(tenantId, 'userId' in target ? { userId: target.userId } : {})) {
      if (revokes(revocation, connection.principal)) connection.close('revoked');
    }
  }
}
