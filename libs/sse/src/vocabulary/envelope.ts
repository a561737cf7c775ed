import type { AudienceKey } from './audience.js';
import type { TenantId, UserId } from '@nest-herald/platform';

/**
 * The caller's open transaction, opaque to the core. The event log decides what it accepts; the PostgreSQL log takes a
 * TypeORM `EntityManager` or `QueryRunner`, or a `pg` client.
 */
export type Tx = unknown;

/** What an application publishes. */
export interface EventInput {
  /** Event type, 1–64 characters out of `A-Z a-z 0-9 _ . : -`. @defaultValue `message` */
  readonly event?: string;
  /** A string is sent as it is, anything else as JSON. Durable ≤ 64 KiB, ephemeral ≤ 6,000 bytes. */
  readonly data: unknown;
  /** `true`: stored in the log and replayed. `false`: sent once to the connections that exist now. @defaultValue true */
  readonly durable?: boolean;
  /** Durable only: within 24 h, a second event of the tenant with the same key is not stored. */
  readonly dedupeKey?: string;
  /**
   * W3C `traceparent` of the work that publishes. It is stored in the log and passed to `events()` and diagnostics, but never
   * sent to clients. A malformed value is dropped. @defaultValue the result of the option `currentTraceparent`
   */
  readonly traceparent?: string | undefined;
  /** Ephemeral only: a newer event with the same key replaces an older one that is still queued. */
  readonly conflationKey?: string;
}

/** A durable event before it is in the log: validated and encoded, without a `seq`. */
export interface NewEvent {
  readonly tenantId: TenantId;
  readonly audience: AudienceKey;
  /** The 1 to 500 people that an event with the audience `users` names. Null for every other audience. */
  readonly recipients: readonly UserId[] | null;
  readonly type: string;
  /** The text of the `data:` lines. */
  readonly payload: string;
  readonly dedupeKey?: string;
  /** W3C `traceparent` of the publisher. */
  readonly traceparent?: string;
}

/** A durable event in the log. `seq` is dense per tenant, from 1. */
export interface LoggedEvent {
  readonly tenantId: TenantId;
  readonly seq: number;
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  readonly type: string;
  readonly payload: string;
  readonly createdAt: Date;
  readonly traceparent?: string;
}

/** An event that is not in the log. It is sent at most once, to the connections that exist now. */
export interface EphemeralEvent {
  readonly tenantId: TenantId;
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  readonly type: string;
  readonly payload: string;
  readonly conflationKey?: string;
}
