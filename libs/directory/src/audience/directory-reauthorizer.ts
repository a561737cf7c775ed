import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Hub, SseBroker } from '@nest-herald/sse';
import { DIRECTORY, type Directory } from '../seams/directory.js';
import { DIRECTORY_CHANGED } from '../seams/directory-events.js';

/** Whose connections of a tenant must be looked at again; null: everybody's. */
type Waiting = Set<string> | null;

/**
 * Narrows and widens open streams in place after the directory changed: by the committed event on every node that has the
 * tenant's connections, and by the directory's own word for a host's object that publishes none. What comes while a tenant
 * is being looked at waits and becomes one more look.
 */
@Injectable()
export class DirectoryReauthorizer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(DirectoryReauthorizer.name);
  readonly #waiting = new Map<string, Waiting>();
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
      this.directory.onChanged(({ tenantId, userId }) => this.#look(tenantId, userId)),
      this.hub.onEvent(({ tenantId, type, audience, isDurable }) => {
        if (!isDurable || type !== DIRECTORY_CHANGED) return;
        this.#look(tenantId, audience.startsWith('user:') ? audience.slice('user:'.length) : null);
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#unfollow) end();
    await Promise.all(this.#running.values());
  }

  #look(tenantId: string, userId: string | null): void {
    const waiting = this.#waiting.get(tenantId);
    if (userId === null) this.#waiting.set(tenantId, null);
    else if (waiting === undefined) this.#waiting.set(tenantId, new Set([userId]));
    else waiting?.add(userId);
    if (this.#running.has(tenantId)) return;
    this.#running.set(
      tenantId,
      this.#work(tenantId).finally(() => this.#running.delete(tenantId)),
    );
  }

  async #work(tenantId: string): Promise<void> {
    for (;;) {
      const waiting = this.#waiting.get(tenantId);
      if (waiting === undefined || this.#isStopped) return;
      this.#waiting.delete(tenantId);
      try {
        if (waiting === null) await this.broker.reauthorize(tenantId, undefined, { everywhere: false });
        else for (const userId of waiting) await this.broker.reauthorize(tenantId, userId, { everywhere: false });
      } catch (error) {
        this.#logger.error(`Open streams of ${tenantId} could not be looked at again: ${String(error)}`);
      }
    }
  }
}
