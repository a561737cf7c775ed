import { randomUUID } from 'node:crypto';
import type { Backplane } from '../backplane/backplane.js';
import { MemoryBackplane } from '../backplane/memory-backplane.js';
import { keysOfPrincipal, type AudienceKey } from '../vocabulary/audience.js';
import {
  asTenantId,
  asUserId,
  type Clock,
  type Principal,
  randomIdGenerator,
  systemClock,
  type TenantId,
  type UserId,
} from '@nest-herald/platform';
import type { Connection } from '../connection/connection.js';
import type { PreparedStream, StreamRequest } from '../connection/stream-request.js';
import type { EventLog } from '../event-log/event-log.js';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryLogStore } from '../event-log/memory-log-store.js';
import { Hub } from '../hub/hub.js';
import type { HubOptions } from '../hub/feed/hub.options.js';
import type { KnownRevocations } from '../hub/control-record-handler.js';
import { MemoryPresence } from '../presence/memory-presence.js';
import { RecordingSink } from './recording-sink.js';

/** The defaults of the library, without limits that a test would exceed. */
export const MEMORY_HUB_OPTIONS: HubOptions = {
  heartbeatIntervalMs: 15_000,
  retryMs: 3_000,
  drainMs: 0,
  clientBufferSize: 0,
  idleTimeoutMs: 0,
  maxConnectionAgeMs: 0,
  maxQueuedBytes: 262_144,
  maxConnections: 0,
  maxConnectionsPerTenant: 0,
  maxConnectionsPerUser: 0,
  onUserLimit: 'refuse',
  connectsPerMinute: 0,
  connectBurst: 30,
  pollsPerMinute: 0,
  replayMaxEvents: 1_000,
  replayMaxAgeMs: 0,
  replayMaxScannedRows: 20_000,
  ringMaxEvents: 1_000,
  ringMaxBytes: 4_194_304,
};

/** What a test may replace. */
export interface MemoryHubParts {
  readonly options?: Partial<HubOptions>;
  readonly nodeId?: string;
  readonly eventLog?: EventLog;
  readonly backplane?: Backplane;
  readonly clock?: Clock;
  readonly revocations?: KnownRevocations;
}

/** A client of a {@link MemoryHub}. */
export interface ConnectOptions {
  readonly tenant?: string;
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly topics?: readonly string[];
  readonly cursor?: string | null;
  readonly transport?: StreamRequest['transport'];
  readonly heartbeat?: StreamRequest['heartbeat'];
  /** Remaining life of the token, ms. */
  readonly tokenMs?: number;
}

/** A started hub in memory, with short methods for tests. */
export class MemoryHub {
  /** The hub's warnings and errors. */
  readonly warnings: string[];

  private constructor(
    readonly hub: Hub,
    readonly log: EventLog,
    readonly presence: MemoryPresence,
    readonly clock: Clock,
    warnings: string[],
  ) {
    this.warnings = warnings;
  }

  static async start(parts: MemoryHubParts = {}): Promise<MemoryHub> {
    const clock = parts.clock ?? systemClock;
    const eventLog = parts.eventLog ?? new MemoryEventLog(new MemoryLogStore(randomUUID(), clock));
    const presence = new MemoryPresence(clock);
    const warnings: string[] = [];
    const hub = new Hub({
      nodeId: parts.nodeId ?? 'node',
      options: { ...MEMORY_HUB_OPTIONS, ...parts.options },
      eventLog,
      backplane: parts.backplane ?? new MemoryBackplane(),
      presence,
      clock,
      ids: randomIdGenerator,
      ...(parts.revocations === undefined ? {} : { revocations: parts.revocations }),
      logger: { warn: (message) => warnings.push(message), error: (message) => warnings.push(message) },
    });
    await hub.start();
    return new MemoryHub(hub, eventLog, presence, clock, warnings);
  }

  /** Admits and prepares as the stream route does. */
  async prepare(client: ConnectOptions = {}): Promise<PreparedStream> {
    const principal = this.#principal(client);
    const transport = client.transport ?? 'sse';
    const slot = await this.hub.admit(principal, transport, 'desk');
    return this.hub.prepare({
      principal,
      keys: keysOfPrincipal(principal),
      topics: client.topics ?? [],
      denied: [],
      cursor: client.cursor ?? null,
      device: 'desk',
      transport,
      heartbeat: client.heartbeat ?? 'event',
      slot,
    });
  }

  /** Opens a stream into a {@link RecordingSink}. */
  async connect(
    client: ConnectOptions = {},
  ): Promise<{ readonly connection: Connection; readonly sink: RecordingSink }> {
    const prepared = await this.prepare(client);
    const sink = new RecordingSink();
    return { connection: prepared.attachTo(sink), sink };
  }

  /** Appends one event per payload to the log. */
  async publish(
    audience: AudienceKey | readonly string[],
    payloads: readonly string[],
    tenant = 'acme',
  ): Promise<void> {
    const tenantId: TenantId = asTenantId(tenant);
    for (const payload of payloads) {
      const to = addressOf(audience);
      await this.log.append([{ tenantId, ...to, type: 'note', payload }]);
    }
  }

  /** Sends one ephemeral event. */
  send(audience: AudienceKey | readonly string[], payload: string, tenant = 'acme'): void {
    this.hub.publishEphemeral({ tenantId: asTenantId(tenant), ...addressOf(audience), type: 'tick', payload });
  }

  #principal(client: ConnectOptions): Principal {
    const now = this.clock.now();
    return {
      tenantId: asTenantId(client.tenant ?? 'acme'),
      userId: asUserId(client.user ?? 'ann'),
      roles: client.roles ?? [],
      permissions: [],
      topics: [],
      expiresAt: new Date(now.getTime() + (client.tokenMs ?? 3_600_000)),
      issuedAt: now,
    };
  }
}

/** One audience key, or several user ids. */
function addressOf(audience: AudienceKey | readonly string[]): { audience: AudienceKey; recipients: UserId[] | null } {
  if (typeof audience === 'string') return { audience, recipients: null };
  return { audience: 'users', recipients: audience.map(asUserId) };
}
