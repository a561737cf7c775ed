import type { Clock, TenantId } from '@nest-herald/platform';
import type { EncodedEvent } from '../connection/output/encoded-event.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import type { LatencyHistogram } from '../observability/latency-histogram.js';

/** Notes that an event was handed to so many connections: its age, and word to those who follow deliveries. */
export function reportDelivery(
  tenantId: TenantId,
  event: EncodedEvent,
  connections: number,
  clock: Clock,
  ages: LatencyHistogram,
): void {
  const { type, position, traceparent, createdAtMs } = event;
  const ageMs = createdAtMs === 0 ? null : clock.now().getTime() - createdAtMs;
  if (connections > 0 && ageMs !== null) ages.observe(ageMs);
  sseDiagnostics.delivered(() => ({
    tenantId,
    type,
    position,
    connections,
    ageMs,
    ...(traceparent === undefined ? {} : { traceparent }),
  }));
}
