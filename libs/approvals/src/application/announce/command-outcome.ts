import type { Graph } from '../../engine/graph/graph.js';
import type { InstanceEvent } from '../../engine/instance/instance-event.js';
import type { InstanceState } from '../../engine/instance/instance-state.js';
import type { InstanceRow } from '../../store/instance-store.js';
import type { TaskChange } from '../../store/project.js';

/** What results from a command and is announced. */
export interface CommandOutcome {
  readonly tenantId: string;
  readonly actorId: string;
  readonly graph: Graph;
  readonly before: InstanceState;
  /** The instance after the command. */
  readonly row: InstanceRow;
  readonly events: readonly InstanceEvent[];
  readonly changes: readonly TaskChange[];
}
