import { channel } from 'node:diagnostics_channel';

/** What subscribers of `nest-herald:sse:connected` and `…:disconnected` get. */
export interface ConnectionDiagnostic {
  readonly tenantId: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly transport: string;
}

/** What subscribers of `nest-herald:sse:refused` get. */
export interface RefusalDiagnostic {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  /** What exactly was wrong with a token, which no answer tells. */
  readonly reason?: string;
}

/** What subscribers of `nest-herald:sse:published` get; never the payload. */
export interface PublicationDiagnostic {
  readonly tenantId: string;
  readonly type: string;
  readonly durable: boolean;
  /** W3C `traceparent` of the work that published it. */
  readonly traceparent?: string;
}

/**
 * What subscribers of `nest-herald:sse:delivered` get: one message for each event of a tenant that this process has handed to
 * its connections, however many they are. Replays are not told.
 */
export interface DeliveryDiagnostic {
  readonly tenantId: string;
  readonly type: string;
  /** Null for ephemeral events. */
  readonly position: string | null;
  /** Connections of this process that it went to. */
  readonly connections: number;
  /** Since the event was written down; null for ephemeral events. */
  readonly ageMs: number | null;
  readonly traceparent?: string;
}

const connected = channel('nest-herald:sse:connected');
const disconnected = channel('nest-herald:sse:disconnected');
const refused = channel('nest-herald:sse:refused');
const published = channel('nest-herald:sse:published');
const delivered = channel('nest-herald:sse:delivered');

/**
 * The events of `node:diagnostics_channel` that tracing and metrics may follow. They carry ids and codes, never tokens,
 * cookies or payloads, and cost one property read while nobody subscribes.
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
  /** This and the next make the message only where somebody follows: they are on the way of every event. */
  published: (message: () => PublicationDiagnostic): void => {
    if (published.hasSubscribers) published.publish(message());
  },
  delivered: (message: () => DeliveryDiagnostic): void => {
    if (delivered.hasSubscribers) delivered.publish(message());
  },
} as const;
