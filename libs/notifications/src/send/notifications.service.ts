import { Injectable } from '@nestjs/common';
import { asTenantId } from '@nest-herald/platform';
import { SchemaPipe } from '@nest-herald/platform/http';
import { SseBroker } from '@nest-herald/sse';
import { joinTenant, TenantTransaction } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { addresseesOf, type Addressees } from './targets.js';
import { closeRelatedItems, type RelatedRecords } from './close-related.js';
import { insertAddressees, insertNotification, revokeNotification, type DeliveryMode } from './notification-store.js';
import { UNTOUCHED, type NotificationContent } from '../notification/notification.js';
import {
  createdData,
  NOTIFICATION_EVENTS,
  type NotificationRemoved,
  type NotificationUpdated,
} from '../notification/notification-events.js';
import { NotificationRefusal, unknownNotification } from '../errors/notification.errors.js';
import { MAX_AUDIENCES, MAX_NAMED_USERS, sendSchema, type SendNotification } from '../schemas/send-input.js';
import { actorOf, type Sender } from './sender.js';

/** The audience of an item whose reader was named. */
const NAMED_USERS = 'users';

const checkedInput = new SchemaPipe(sendSchema);

export type { RelatedRecords } from './close-related.js';

/** The result of a send. */
export interface SendReceipt {
  /** The notification's id, one for all its recipients. */
  readonly id: string;
  /** `materialised`: fan-out on write, a row for each named person. `lazy`: fan-out on read, by audience key. */
  readonly mode: 'materialised' | 'lazy';
  /** Number of named people; null when an audience was addressed, because its members may change. */
  readonly recipients: number | null;
  /** The `dedupeKey` was used within 24 hours. This is the receipt of the first send, and nothing was written. */
  readonly deduplicated: boolean;
  /** Time of storage, by the database's clock. */
  readonly createdAt: Date;
}

/**
 * Sends and revokes notifications.
 *
 * Guarantees: rows and events are part of the caller's transaction, so they exist if and only if it commits. A person gets
 * one item even if several targets match. Nothing reaches another tenant.
 */
@Injectable()
export class NotificationService {
  constructor(
    private readonly transactions: TenantTransaction,
    private readonly broker: SseBroker,
  ) {}

  /**
   * Sends inside the caller's own transaction.
   *
   * @param manager of an open transaction, which `joinTenant` binds to the sender's tenant.
   * @throws Refusal 400 `invalid_request` with every fault; NotificationRefusal 413 `too_many_recipients`.
   * @throws PlatformError `ERR_SSE_NO_TRANSACTION`, `ERR_SSE_TENANT_MISMATCH`.
   */
  async send(manager: EntityManager, sender: Sender, input: SendNotification): Promise<SendReceipt> {
    const sending = checkSending(input);
    await joinTenant(manager, sender.tenantId, 'NotificationService.send');
    return this.sendJoined(manager, sender, sending);
  }

  /** The same in a transaction of its own, committed when it returns. */
  async sendNow(sender: Sender, input: SendNotification): Promise<SendReceipt> {
    const sending = checkSending(input);
    // This transaction is bound to the tenant already. Binding it again would cost one more round trip (of six).
    return this.transactions.run(asTenantId(sender.tenantId), (manager) => this.sendJoined(manager, sender, sending));
  }

  private async sendJoined(
    manager: EntityManager,
    sender: Sender,
    { checked, addressees }: CheckedSending,
  ): Promise<SendReceipt> {
    const message = {
      id: uuidv7(),
      type: checked.type,
      category: checked.category ?? checked.type,
      priority: checked.priority,
      title: checked.title,
      content: checked.content ?? null,
      link: checked.link ?? null,
      data: checked.data ?? null,
      actions: checked.actions ?? [],
      actorId: actorOf(sender),
      relatedType: checked.relatedType ?? null,
      relatedId: checked.relatedId ?? null,
      requiresAck: checked.requiresAck,
      expiresAt: checked.expiresAt === undefined ? null : new Date(checked.expiresAt).toISOString(),
    };
    const stored = await insertNotification(
      manager,
      sender.tenantId,
      { ...message, dedupeKey: checked.dedupeKey ?? null },
      addressees,
    );
    if (!stored.deduplicated) {
      await insertAddressees(manager, sender.tenantId, message, addressees);
      await this.announce(
        manager,
        sender.tenantId,
        { ...message, createdAt: stored.createdAt.toISOString() },
        addressees,
      );
    }
    return {
      id: stored.id,
      mode: modeName(stored.mode),
      recipients: stored.recipients,
      deduplicated: stored.deduplicated,
      createdAt: stored.createdAt,
    };
  }

  /**
   * Removes a notification from every inbox by writing one row, and publishes that to its recipients. Idempotent.
   * @throws NotificationRefusal 404 for an id that the tenant does not have.
   */
  async revoke(manager: EntityManager, sender: Sender, id: string): Promise<void> {
    await joinTenant(manager, sender.tenantId, 'NotificationService.revoke');
    const reached = await revokeNotification(manager, sender.tenantId, id, actorOf(sender));
    if (reached === null) throw unknownNotification();
    const data: NotificationRemoved = { id, reason: 'revoked' };
    await this.publish(manager, sender.tenantId, reached, () => ({ event: NOTIFICATION_EVENTS.removed, data }));
  }

  /**
   * Archives the items about records that are settled, for example a task that another person completed. It marks them as
   * read and publishes that to the devices of their owners. Items that require an acknowledgement stay, and so do
   * notifications to an audience that the reader has not changed. Idempotent.
   * @returns the number of archived items.
   */
  async closeRelated(manager: EntityManager, tenantId: string, records: RelatedRecords): Promise<number> {
    await joinTenant(manager, tenantId, 'NotificationService.closeRelated');
    const closed = await closeRelatedItems(manager, tenantId, records);
    for (const { userId, id, patch, revision } of closed) {
      const data: NotificationUpdated = { id, patch, revision };
      await this.broker.publish(
        manager,
        { tenantId, audience: `user:${userId}` },
        { event: NOTIFICATION_EVENTS.updated, data },
      );
    }
    return closed.length;
  }

  private async announce(
    manager: EntityManager,
    tenantId: string,
    content: NotificationContent,
    addressees: Addressees,
  ): Promise<void> {
    await this.publish(manager, tenantId, addressees, (audience) => ({
      event: NOTIFICATION_EVENTS.created,
      data: createdData({ ...content, ...UNTOUCHED, audience }),
    }));
  }

  /** One event for the named people and one for each audience key, all with the same id. */
  private async publish(
    manager: EntityManager,
    tenantId: string,
    { users, keys }: Addressees,
    eventFor: (audience: string) => { readonly event: string; readonly data: unknown },
  ): Promise<void> {
    if (users.length > 0) await this.broker.publish(manager, { tenantId, audience: { users } }, eventFor(NAMED_USERS));
    for (const key of keys) await this.broker.publish(manager, { tenantId, audience: key }, eventFor(key));
  }
}

function modeName(mode: DeliveryMode): SendReceipt['mode'] {
  return mode === 'm' ? 'materialised' : 'lazy';
}

/** A checked input with its addressees. */
interface CheckedSending {
  readonly checked: ReturnType<typeof checkedInput.transform>;
  readonly addressees: Addressees;
}

function checkSending(input: SendNotification): CheckedSending {
  const checked = checkedInput.transform(input);
  const addressees = addresseesOf(checked.to);
  refuseTooMany(addressees);
  return { checked, addressees };
}

function refuseTooMany({ users, keys }: Addressees): void {
  if (users.length > MAX_NAMED_USERS) {
    throw new NotificationRefusal(
      'too_many_recipients',
      `The notification names ${users.length} people; at most ${MAX_NAMED_USERS} are allowed. Address a role, a group or the tenant.`,
    );
  }
  if (keys.length > MAX_AUDIENCES) {
    throw new NotificationRefusal(
      'too_many_recipients',
      `The notification addresses ${keys.length} audiences; at most ${MAX_AUDIENCES} are allowed. Send several notifications.`,
    );
  }
}
