import type { BackplaneMessage } from '../backplane/backplane.js';
import type { Hint } from '../event-log/event-log.js';
import type { HubDeps } from './hub-deps.js';
import { presenceEvent } from '../presence/presence-event.js';

/** What presence, backplane and log call on their hub. */
export interface PartListener {
  onMessage(message: BackplaneMessage): void;
  onHint(hint: Hint): void;
  onIdentityChanged(): void;
  onStopFailed(error: unknown): void;
}

/** Starts presence, backplane and log, and connects them. When one fails to start, all are stopped again. */
export async function startParts(deps: HubDeps, listener: PartListener): Promise<void> {
  const { presence, backplane, eventLog } = deps;
  try {
    await presence.start({
      nodeId: deps.nodeId,
      onChange: (change) => backplane.publish({ kind: 'ephemeral', event: presenceEvent(change) }),
    });
    await backplane.start((message) => listener.onMessage(message));
    await eventLog.start({
      announce: (hint) => {
        // Directly, because the backplane may be slow or disconnected.
        listener.onHint(hint);
        backplane.publish({ kind: 'hint', hint });
      },
      observe: (hint) => listener.onHint(hint),
      wakeUp: (shard) => backplane.publish({ kind: 'wake-up', shard }),
      identityChanged: () => listener.onIdentityChanged(),
    });
  } catch (error) {
    await stopParts(deps, listener);
    throw error;
  }
}

/** Stops all three, even when one of them throws. */
export async function stopParts(deps: HubDeps, listener: PartListener): Promise<void> {
  for (const part of [deps.eventLog, deps.backplane, deps.presence]) {
    await part.stop().catch((error: unknown) => listener.onStopFailed(error));
  }
}
