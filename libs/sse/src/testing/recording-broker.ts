import { TENANT_KEY, userKey } from '../vocabulary/audience.js';
import type { EventInput, Tx } from '../vocabulary/envelope.js';
import type { AnyEvents, EventInputOf } from '../vocabulary/event-map.js';
import { type Audience, durableRows, ephemeralEvents, roleKey, topicKey } from '../vocabulary/publication.js';
import { ephemeralInTransaction, type SendOptions, type SendReceipt } from '../broker/event-publisher.js';
import type { SseBroker } from '../broker/sse-broker.js';

/** The sending methods of a broker. */
type Publisher<TEvents extends object> = Pick<
  SseBroker<TEvents>,
  'sendToUser' | 'sendToUsers' | 'sendToTopic' | 'sendToRole' | 'sendToTenant' | 'broadcast' | 'publish' | 'send'
>;

/** One publication as the code under test requested it. */
export interface SentEvent {
  readonly tenantId: string;
  /** `user:<id>`, `topic:<t>`, `role:<r>`, `tenant`, or a list of users. */
  readonly audience: Audience;
  readonly event: string;
  readonly data: unknown;
  readonly durable: boolean;
  /** The transaction that it joined. */
  readonly tx?: Tx;
}

/**
 * Replaces the broker in unit tests of code that publishes: it delivers nothing, checks events as the real broker does, and
 * keeps them in {@link sent}. `{ provide: SseBroker, useValue: new RecordingBroker() }`
 */
export class RecordingBroker<TEvents extends object = AnyEvents> implements Publisher<TEvents> {
  /** Everything that was published, in order. */
  readonly sent: SentEvent[] = [];

  async sendToUser(
    tenantId: string,
    userId: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, userKey(userId), event, options);
  }

  async sendToUsers(
    tenantId: string,
    userIds: readonly string[],
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, { users: userIds }, event, options);
  }

  async sendToTopic(
    tenantId: string,
    topic: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, topicKey(topic), event, options);
  }

  async sendToRole(tenantId: string, role: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, roleKey(role), event, options);
  }

  async sendToTenant(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, TENANT_KEY, event, options);
  }

  async broadcast(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, TENANT_KEY, event, options);
  }

  async publish(
    tx: Tx,
    to: { readonly tenantId: string; readonly audience: Audience },
    event: EventInputOf<TEvents>,
  ): Promise<void> {
    await this.send(to.tenantId, to.audience, event, { tx });
  }

  /** @throws SseError for an event that the real broker refuses, whatever its options. */
  async send(
    tenantId: string,
    audience: Audience,
    event: EventInputOf<TEvents>,
    { tx }: SendOptions = {},
  ): Promise<SendReceipt> {
    const input: EventInput = event;
    const durable = input.durable !== false;
    if (!durable && tx !== undefined) throw ephemeralInTransaction();
    if (durable) durableRows(tenantId, audience, input);
    else ephemeralEvents(tenantId, audience, input);
    const { event: type = 'message', data } = input;
    this.sent.push({ tenantId, audience, event: type, data, durable, ...(tx === undefined ? {} : { tx }) });
    return { durable, deduplicated: false };
  }
}
