import type { Connection } from '../../connection/connection.js';
import { type ConnectionDiagnostic, sseDiagnostics } from '../../observability/diagnostics.js';

/** Reports the opening of a connection on the diagnostics channels, and later its end. */
export function reportConnection(connection: Connection): void {
  sseDiagnostics.connected(diagnosticOf(connection));
  connection.onClosed(() => sseDiagnostics.disconnected(diagnosticOf(connection)));
}

function diagnosticOf({ tenantId, userId, id, transport }: Connection): ConnectionDiagnostic {
  return { tenantId, userId, connectionId: id, transport };
}
