import { type BackplaneMessage, type ControlMessage, MAX_CONTROL_BYTES } from '../backplane/backplane.js';
import type { EventLog, Hint } from '../event-log/event-log.js';
import type { TenantId } from '@nest-herald/platform';
import type { PartListener } from './hub-parts.js';
import { Listeners } from './listeners.js';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** Dispatches the messages of backplane and log inside one hub. It never throws, whatever arrives. */
export class HubMessageHandler implements PartListener {
  readonly control: Listeners<string>;

  constructor(
    private readonly nodeId: string,
    private readonly feeds: TenantFeeds,
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
          return this.feeds.get(message.event.tenantId)?.pushEphemeral(message.event);
        case 'wake-up':
          return this.eventLog.wakeUp?.(message.shard);
        case 'control':
          return this.#handleControl(message);
      }
    } catch (error) {
      this.warn(`a ${message.kind} message of the backplane`, error);
    }
  }

  onHint(hint: Hint): void {
    for (const tenantId of Object.keys(hint.heads)) {
      this.feeds.get(tenantId as TenantId)?.announce(hint.heads[tenantId] ?? 0);
    }
  }

  onIdentityChanged(): void {
    for (const feed of this.feeds.all()) {
      feed.refresh().catch((error: unknown) => this.warn(`the bounds of tenant ${feed.tenantId}`, error));
    }
  }

  onStopFailed(error: unknown): void {
    this.warn('stopping', error);
  }

  #handleControl({ to, text }: ControlMessage): void {
    if (to !== null && to !== this.nodeId) return;
    // No server of ours sends a longer one.
    if (text.length <= MAX_CONTROL_BYTES) this.control.call(text);
  }
}
