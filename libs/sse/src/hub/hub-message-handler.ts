import { type BackplaneMessage, type ControlMessage, MAX_CONTROL_BYTES } from '../backplane/backplane.js';
import type { EventLog, Hint } from '../event-log/event-log.js';
import type { TenantId } from '@nest-herald/platform';
import type { PartListener } from './hub-parts.js';
import { Listeners } from './listeners.js';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** What backplane and log tell one hub, handed on to whom it concerns. Nothing that arrives can make it throw. */
export class HubMessageHandler implements PartListener {
  readonly control: Listeners<string>;

  constructor(
    private readonly nodeId: string,
    private readonly tenants: TenantFeeds,
    private readonly eventLog: Pick<EventLog, 'wakeUp'>,
    private readonly warn: (what: string, error: unknown) => void,
  ) {
    this.control = new Listeners((error) => warn('a listener for control messages', error));
  }

  onMessage(message: BackplaneMessage): void {
    try {
      switch (message.kind) {
        case 'hint':
          return this.onHint(message.hint);
        case 'ephemeral':
          return this.tenants.get(message.event.tenantId)?.pushEphemeral(message.event);
        case 'wake-up':
          return this.eventLog.wakeUp?.(message.shard);
        case 'control':
          return this.#hearControl(message);
      }
    } catch (error) {
      this.warn(`a ${message.kind} message of the backplane`, error);
    }
  }

  onHint(hint: Hint): void {
    for (const tenantId of Object.keys(hint.heads)) {
      this.tenants.get(tenantId as TenantId)?.announce(hint.heads[tenantId] ?? 0);
    }
  }

  onIdentityChanged(): void {
    for (const feed of this.tenants.all()) {
      feed.refresh().catch((error: unknown) => this.warn(`the bounds of tenant ${feed.tenantId}`, error));
    }
  }

  onStopFailed(error: unknown): void {
    this.warn('stopping', error);
  }

  #hearControl({ to, text }: ControlMessage): void {
    if (to !== null && to !== this.nodeId) return;
    // Longer ones are not ours.
    if (text.length <= MAX_CONTROL_BYTES) this.control.call(text);
  }
}
