import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Clock, CLOCK, type Principal } from '@nest-herald/platform';
import { ConnectedPeople, type Connection, Hub } from '@nest-herald/sse';
import { MAX_EPHEMERAL_BYTES } from '@nest-herald/sse-protocol';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { ReaderKeys } from './reader-keys.js';
import { NOTIFICATION_EVENTS, COUNTED_EVENTS, type NotificationCounts } from '../notification/notification-events.js';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../options/notifications.options.js';
import { InboxService } from './inbox.service.js';

/**
 * Sends people their counts: after `connected`, and after each change of their own rows on any server.
 *
 * It follows the durable events that name a person. So it counts after the commit and on the server that has the connection,
 * and the counts of one connection are sent in order. A shared announcement is not counted here: clients request their
 * counts themselves, spread over seconds. Bounds: one entry per connected person, one count per person and
 * `countsIntervalMs`, `countsConcurrency` counts at a time.
 */
@Injectable()
export class CountsPusher implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(CountsPusher.name);
  readonly #people: ConnectedPeople;
  readonly #unfollow: (() => void)[] = [];

  constructor(
    private readonly hub: Hub,
    private readonly transactions: TenantTransaction,
    private readonly readerKeys: ReaderKeys,
    private readonly inbox: InboxService,
    @Inject(NOTIFICATION_OPTIONS) options: ResolvedNotificationOptions,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#people = new ConnectedPeople({
      send: (connections) => this.#send(connections),
      // Clients can also request their counts, so a failure is only a warning.
      failed: (error) => this.#logger.warn(`Counts could not be sent: ${String(error)}`),
      intervalMs: options.countsIntervalMs,
      concurrency: options.countsConcurrency,
      clock,
    });
  }

  onApplicationBootstrap(): void {
    this.#unfollow.push(
      this.hub.onConnected((connection) => this.#people.join(connection)),
      this.hub.onEvent(({ tenantId, type, audience, recipients, isDurable }) => {
        if (!isDurable || !COUNTED_EVENTS.has(type)) return;
        if (recipients !== null) for (const userId of recipients) this.#people.changed(tenantId, userId);
        else if (audience.startsWith('user:')) this.#people.changed(tenantId, audience.slice('user:'.length));
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    for (const end of this.#unfollow) end();
    await this.#people.stop();
  }

  async #send(connections: ReadonlySet<Connection>): Promise<void> {
    // Connections of one person may have different tokens, so different roles and different counts.
    const groups = new Map<string, Connection[]>();
    for (const connection of connections) {
      const key = keysAndTopicsOf(connection);
      const same = groups.get(key);
      if (same === undefined) groups.set(key, [connection]);
      else same.push(connection);
    }
    for (const [first, ...others] of groups.values()) {
      if (first === undefined) continue;
      const payload = payloadWithinLimit(await this.#countsOf(first.principal));
      for (const connection of [first, ...others])
        connection.sendEphemeral(NOTIFICATION_EVENTS.counts, payload, NOTIFICATION_EVENTS.counts);
    }
  }

  async #countsOf(principal: Principal): Promise<NotificationCounts> {
    const keys = await this.readerKeys.keysOf(principal);
    return this.transactions.run(principal.tenantId, async (manager) =>
      this.inbox.counts(manager, await this.readerKeys.readerOf(manager, principal, keys)),
    );
  }
}

function keysAndTopicsOf(connection: Connection): string {
  return [...connection.keys, ...connection.principal.topics].join('\n');
}

/** An ephemeral event has at most 6,000 bytes. With too many categories, those with the fewest unread items are omitted. */
function payloadWithinLimit(counts: NotificationCounts): string {
  const text = JSON.stringify(counts);
  if (Buffer.byteLength(text) <= MAX_EPHEMERAL_BYTES) return text;
  const categories = Object.entries(counts.byCategory).sort(([, a], [, b]) => b.unread - a.unread);
  for (let kept = Math.floor(categories.length / 2); ; kept = Math.floor(kept / 2)) {
    const cut = JSON.stringify({ ...counts, byCategory: Object.fromEntries(categories.slice(0, kept)) });
    if (kept === 0 || Buffer.byteLength(cut) <= MAX_EPHEMERAL_BYTES) return cut;
  }
}
