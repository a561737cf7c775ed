import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { NOTIFICATION_DATA_SOURCE } from '../options/notification-data-source.js';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../options/notifications.options.js';

/** Expired answers that one statement deletes. */
const PRUNE_BATCH = 10_000;

/**
 * What the tables need now and then: monthly partitions ahead of the calendar, and answers of idempotent requests that have
 * expired out of the way. At start and every few hours; every node looks, the database lets one make partitions. What
 * is missed is not lost: rows wait in the default partition until a later look moves them.
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
    this.#look();
    this.#timer = setInterval(() => this.#look(), this.options.maintenanceIntervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running
      .then(() => this.#attempt('Partitions could not be prepared', () => this.#preparePartitions()))
      .then(() => this.#attempt('Expired answers could not be deleted', () => this.#prune()));
  }

  async #attempt(failure: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn(`${failure}, the next look tries again: ${String(error)}`);
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
