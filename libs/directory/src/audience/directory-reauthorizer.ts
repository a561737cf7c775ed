import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Hub, SseBroker } from '@nest-herald/sse';
import { DIRECTORY, type Directory } from '../seams/directory.js';
import { DIRECTORY_CHANGED } from '../seams/directory-events.js';

/** The people of a tenant whose connections must be reauthorised; null for all people. */
type Pending = Set<string> | null;

/**
 * Reauthorises open streams in place after a change of the directory. It follows the committed event on every server with
 * connections of the tenant, and also `onChanged`, for a host's directory that publishes no event. Changes that arrive while
 * it works on a tenant are combined into one more pass.
 */
@Injectable()
export class DirectoryReauthorizer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(DirectoryReauthorizer.name);
  readonly #pending = new Map<string, Pending>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #unfollow: (() => void)[] = [];
  #isStopped = false;

  constructor(
    @Inject(DIRECTORY) private readonly directory: Directory,
    private readonly hub: Hub,
    private readonly broker: SseBroker,
  ) {}

  onApplicationBootstrap(): void {
    this.#unfollow.push(
      this.directory.onChanged(({ tenantId, userId }) => this.#request(tenantId, userId)),
      this.hub.onEvent(({ tenantId, type, audience, isDurable }) => {
        if (!isDurable || type !== DIRECTORY_CHANGED) return;
        this.#request(tenantId, audience.startsWith('user:') ? audience.slice('user:'.length) : null);
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#unfollow) end();
    await Promise.all(this.#running.values());
  }

  #request(tenantId: string, userId: string | null): void {
    const pending = this.#pending.get(tenantId);
    if (userId === null) this.#pending.set(tenantId, null);
    else if (pending === undefined) this.#pending.set(tenantId, new Set([userId]));
    else pending?.add(userId);
    if (this.#running.has(tenantId)) return;
    this.#running.set(
      tenantId,
      this.#reauthorize(tenantId).finally(() => this.#running.delete(tenantId)),
    );
  }

  async #reauthorize(tenantId: string): Promise<void> {
    for (;;) {
      const pending = this.#pending.get(tenantId);
      if (pending === undefined || this.#isStopped) return;
      this.#pending.delete(tenantId);
      try {
        if (pending === null) await this.broker.reauthorize(tenantId, undefined, { everywhere: false });
        else for (const userId of pending) await this.broker.reauthorize(tenantId, userId, { everywhere: false });
      } catch (error) {
        this.#logger.error(`Open streams of ${tenantId} could not be reauthorised: ${String(error)}`);
      }
    }
  }
}
