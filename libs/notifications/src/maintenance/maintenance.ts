import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { NOTIFICATION_DATA_SOURCE } from '../options/notification-data-source.js';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../options/notifications.options.js';

/** Most expired answers that one statement deletes. */
const PRUNE_BATCH = 10_000;

/**
 * Regular work on the tables: it creates monthly partitions in advance and deletes expired answers of idempotent requests. It
 * runs at start and every few hours on every server; the database lets one server create partitions. If a run is missed,
 * rows stay in the default partition until a later run moves them.
 */
@Injectable()
export class Maintenance implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Maintenance.name);
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(NOTIFICATION_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(NOTIFICATION_OPTIONS) private readonly options: ResolvedNotificationOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.maintenanceIntervalMs === 0) return;
    this.#run();
    this.#timer = setInterval(() => this.#run(), this.options.maintenanceIntervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #run(): void {
    this.#running = this.#running
      .then(() => this.#attempt('Partitions could not be prepared', () => this.#preparePartitions()))
      .then(() => this.#attempt('Expired answers could not be deleted', () => this.#prune()));
  }

  async #attempt(failure: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn(`${failure}. The next run tries again: ${String(error)}`);
    }
  }

  async #preparePartitions(): Promise<void> {
    await this.dataSource.query('select herald.ntf_maintain()');
  }

  async #prune(): Promise<void> {
    for (let gone = PRUNE_BATCH; gone === PRUNE_BATCH && !this.#isStopped;) {
      const rows: { gone: string }[] = await this.dataSource.query('select herald.prune_idempotency($1) as gone', [
        PRUNE_BATCH,
      ]);
      gone = Number(rows[0]?.gone);
    }
  }
}
