import {
  formatPosition,
  RECONNECT_AFTER,
  type CloseReason,
  type ConnectedPayload,
  type ProblemCode,
  type Resume,
  type ResyncReason,
} from '@nest-herald/sse-protocol';
import type { ConnectionSettings } from './connection-host.js';
import { encodeControl, type EncodedEvent } from './output/encoded-event.js';
import type { Jitter } from '../time/jitter.js';

/** Overrides for a `close` event. Absent fields follow from the reason. */
export interface CloseOptions {
  readonly reconnect?: boolean;
  readonly retryMs?: number;
}

/** Spread of the retry time, so that clients do not reconnect all at once. */
const RETRY_SPREAD = 0.5;

/** The facts about a connection that `connected` contains. */
export interface ConnectedFacts {
  readonly id: string;
  readonly since: Date;
  readonly topics: readonly string[];
  readonly denied: readonly string[];
  readonly principal: { readonly expiresAt: Date };
}

/** The first block. After a reset it has no `id`, so a client that disconnects right after it is reset again (P31, P32). */
export function connectedFrame(
  facts: ConnectedFacts,
  resume: Resume,
  seq: number,
  feed: { readonly epoch: string; readonly options: ConnectionSettings },
  extra: Readonly<Record<string, unknown>> | null,
): EncodedEvent {
  // Fixed members come first, because members after a spread are added one by one at run time. That order, here and in the
  // frame, was 3 of the 6 µs of this block.
  const own: ConnectedPayload = {
    connectionId: facts.id,
    serverTime: facts.since.toISOString(),
    heartbeatIntervalMs: feed.options.heartbeatIntervalMs,
    topics: facts.topics,
    resume,
    tokenExpiresAt: facts.principal.expiresAt.toISOString(),
    ...(facts.denied.length > 0 ? { denied: facts.denied } : {}),
  };
  const payload = extra === null ? own : { ...extra, ...own };
  const retry = feed.options.retryMs;
  if (resume === 'reset') return encodeControl('connected', payload, { retry });
  return encodeControl('connected', payload, { retry, position: formatPosition(feed.epoch, seq) });
}

/** P37. The scope is everything, because it is unknown what a gap contained. */
export function resyncFrame(reason: ResyncReason, epoch: string, seq: number): EncodedEvent {
  return encodeControl('resync', { reason, scopes: ['*'] }, { position: formatPosition(epoch, seq) });
}

/** P36 */
export function cursorFrame(epoch: string, seq: number): EncodedEvent {
  return encodeControl('cursor', {}, { position: formatPosition(epoch, seq) });
}

/** P38 */
export function expiringFrame(expiresAt: Date): EncodedEvent {
  return encodeControl('session.expiring', { at: expiresAt.toISOString() });
}

/** P39 */
export function problemFrame(code: ProblemCode, detail: string): EncodedEvent {
  return encodeControl('problem', { code, detail });
}

/** P33 */
export function closeFrame(
  reason: CloseReason,
  options: CloseOptions,
  settings: ConnectionSettings,
  jitter: Jitter,
): EncodedEvent {
  return encodeControl('close', {
    reason,
    reconnect: options.reconnect ?? RECONNECT_AFTER[reason],
    retryMs: options.retryMs ?? Math.round(jitter.around(settings.retryMs, RETRY_SPREAD)),
  });
}
