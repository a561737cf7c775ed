import type { Connection } from '../../connection/connection.js';
import { type ConnectionDiagnostic, sseDiagnostics } from '../../observability/diagnostics.js';

/** Tells the diagnostics channels that a connection opened, and that it ended when it does. */
export function reportConnection(connection: Connection): void {
  sseDiagnostics.connected(diagnosticOf(connection));
  connection.onClosed(() => sseDiagnostics.disconnected(diagnosticOf(connection)));
}

function diagnosticOf({ tenantId, userId, id, transport }: Connection): ConnectionDiagnostic {
  return { tenantId, userId, connectionId: id, transport };
}
