import { channel } from 'node:diagnostics_channel';

/** The message of `nest-herald:sse:connected` and `nest-herald:sse:disconnected`. */
export interface ConnectionDiagnostic {
  readonly tenantId: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly transport: string;
}

/** The message of `nest-herald:sse:refused`. */
export interface RefusalDiagnostic {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  /** What exactly was wrong with a token. No response contains it. */
  readonly reason?: string;
}

/** The message of `nest-herald:sse:published`. It never contains the payload. */
export interface PublicationDiagnostic {
  readonly tenantId: string;
  readonly type: string;
  readonly durable: boolean;
  /** W3C `traceparent` of the work that published it. */
  readonly traceparent?: string;
}

/**
 * The message of `nest-herald:sse:delivered`: one per event that this process delivered to the connections of a tenant,
 * whatever their number. Replays are not reported.
 */
export interface DeliveryDiagnostic {
  readonly tenantId: string;
  readonly type: string;
  /** Null for ephemeral events. */
  readonly position: string | null;
  /** Connections of this process that took the event. */
  readonly connections: number;
  /** Time since the event was stored; null for ephemeral events. */
  readonly ageMs: number | null;
  readonly traceparent?: string;
}

const connected = channel('nest-herald:sse:connected');
const disconnected = channel('nest-herald:sse:disconnected');
const refused = channel('nest-herald:sse:refused');
const published = channel('nest-herald:sse:published');
const delivered = channel('nest-herald:sse:delivered');

/**
 * The `node:diagnostics_channel` channels for tracing and metrics. Their messages contain ids and codes, never tokens, cookies
 * or payloads. A channel without subscribers costs one property read.
 */
export const sseDiagnostics = {
  connected: (message: ConnectionDiagnostic): void => {
    if (connected.hasSubscribers) connected.publish(message);
  },
  disconnected: (message: ConnectionDiagnostic): void => {
    if (disconnected.hasSubscribers) disconnected.publish(message);
  },
  refused: (message: RefusalDiagnostic): void => {
    if (refused.hasSubscribers) refused.publish(message);
  },
  // `published` and `delivered` run for every event, so they build their message only when there is a subscriber.
  published: (message: () => PublicationDiagnostic): void => {
    if (published.hasSubscribers) published.publish(message());
  },
  delivered: (message: () => DeliveryDiagnostic): void => {
    if (delivered.hasSubscribers) delivered.publish(message());
  },
} as const;
