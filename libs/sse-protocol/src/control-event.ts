import type { CloseReason } from './close-reason.js';
import type { ProblemCode } from './problem-code.js';

/** How a stream continues (P31, P32). */
export type Resume = 'live' | 'replay' | 'reset';

/** Why a client must reload its state (P37). */
export type ResyncReason = 'history_gap' | 'epoch' | 'invalid_cursor' | 'overflow';

/** Payload of the first block of every stream. The application may add members. */
export interface ConnectedPayload {
  readonly connectionId: string;
  /** ISO 8601. */
  readonly serverTime: string;
  readonly heartbeatIntervalMs: number;
  /** Topics and patterns that the stream follows. */
  readonly topics: readonly string[];
  /** Requested topics that were not granted; absent when there are none. */
  readonly denied?: readonly string[];
  readonly resume: Resume;
  /** ISO 8601. */
  readonly tokenExpiresAt: string;
}

/** The payload of every control event, by its type (P33 – P39). */
export interface ControlPayloads {
  readonly connected: ConnectedPayload;
  readonly heartbeat: { readonly time: string; readonly timestamp: number };
  readonly cursor: Readonly<Record<string, never>>;
  readonly resync: { readonly reason: ResyncReason; readonly scopes: readonly string[] };
  readonly 'session.expiring': { readonly at: string };
  readonly problem: { readonly code: ProblemCode; readonly detail: string };
  readonly close: { readonly reason: CloseReason; readonly reconnect: boolean; readonly retryMs: number };
}

/** An event type that only the server sends. */
export type ControlEventType = keyof ControlPayloads;

/** All control events (P15). */
export const CONTROL_EVENT_TYPES: readonly ControlEventType[] = [
  'connected',
  'heartbeat',
  'cursor',
  'resync',
  'session.expiring',
  'problem',
  'close',
];

/**
 * `error` and `open` would call the handlers of the browser's own EventSource. `session.control` is the type of the control
 * records, which are never sent (P63). Only the server publishes `presence` (P45).
 */
const RESERVED: ReadonlySet<string> = new Set([...CONTROL_EVENT_TYPES, 'error', 'open', 'session.control', 'presence']);

/** @returns whether publishing this type must be refused (P15). */
export function isReservedEventType(type: string): boolean {
  return RESERVED.has(type);
}

/** @returns whether the type is one of a control event. */
export function isControlEventType(type: string): type is ControlEventType {
  return (CONTROL_EVENT_TYPES as readonly string[]).includes(type);
}
