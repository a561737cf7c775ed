import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { NOTIFICATION_DATA_SOURCE } from './notifications.module-definition.js';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from './notifications.options.js';

/**
 * Keeps monthly partitions ahead of the calendar: at start and every few hours. Every node looks, the database lets one
 * work. What is missed is not lost: rows wait in the default partition until the next look moves them.
 */
@Injectable()
export class PartitionMaintenance implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(PartitionMaintenance.name);
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
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running.then(async () => {
      try {
        await this.dataSource.query('select herald.ntf_maintain()');
      } catch (error) {
        this.#logger.warn(`Partitions could not be prepared, the next look tries again: ${String(error)}`);
      }
    });
  }
}
