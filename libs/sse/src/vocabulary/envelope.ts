import type { AudienceKey } from './audience.js';
import type { TenantId, UserId } from '@nest-herald/platform';

/**
 * A handle on the caller's open transaction, opaque to the core: the event log decides what it accepts
 * (the PostgreSQL one: a TypeORM `EntityManager` or `QueryRunner`, or a `pg` client).
 */
export type Tx = unknown;

/** What an application publishes. */
export interface EventInput {
  /** Event type, 1–64 characters out of `A-Z a-z 0-9 _ . : -`. @defaultValue `message` */
  readonly event?: string;
  /** A string travels as it is, anything else as JSON. Durable ≤ 64 KiB, ephemeral ≤ 6,000 bytes. */
  readonly data: unknown;
  /** Logged and replayed (`true`), or sent to those who are connected now (`false`). @defaultValue true */
  readonly durable?: boolean;
  /** Durable only: a second event of the tenant with the same key within 24 h is not logged again. */
  readonly dedupeKey?: string;
  /**
   * W3C `traceparent` of the work that publishes. It is kept in the log and shown to `events()` and diagnostics, never on the
   * wire; what has not the form of one is left out. @defaultValue what the option `currentTraceparent` says
   */
  readonly traceparent?: string | undefined;
  /** Ephemeral only: a newer event with the same key replaces one that still waits in a queue. */
  readonly conflationKey?: string;
}

/** A durable event on its way into the log: validated and encoded, not yet numbered. */
export interface NewEvent {
  readonly tenantId: TenantId;
  readonly audience: AudienceKey;
  /** With audience `users`: the people named, 1 to 500. Otherwise null. */
  readonly recipients: readonly UserId[] | null;
  readonly type: string;
  /** The text that goes behind `data:`. */
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

/** An event without a place in the log: at most once, to those connected now. */
export interface EphemeralEvent {
  readonly tenantId: TenantId;
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  readonly type: string;
  readonly payload: string;
  readonly conflationKey?: string;
}
