import type { Clock, TenantId } from '@nest-herald/platform';
import type { EncodedEvent } from '../connection/output/encoded-event.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import type { LatencyHistogram } from '../observability/latency-histogram.js';

/** Reports a delivery: adds the age of the event to the histogram and publishes the diagnostic message. */
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
