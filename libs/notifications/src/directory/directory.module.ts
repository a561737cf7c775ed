import { type DynamicModule, Module } from '@nestjs/common';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import type { DataSource } from 'typeorm';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { IdempotentTransaction } from '../idempotency/idempotent-transaction.js';
import { DIRECTORY } from './directory.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryReauthorizer } from './directory-reauthorizer.js';
import { DirectoryWriter } from './directory-writer.js';
import {
  ConfigurableDirectoryModule,
  DIRECTORY_DATA_SOURCE,
  type DIRECTORY_MODULE_OPTIONS,
} from './directory.module-definition.js';
import { PostgresDirectory } from './postgres-directory.js';

/**
 * The directory in PostgreSQL: its REST operations, the {@link DIRECTORY} for whoever asks who works where, and open streams
 * that follow it. Streams ask it where the options of `SseModule` have
 * `audienceResolver: new DirectoryAudience(directory)`.
 */
@Module({
  controllers: [DirectoryController],
  providers: [
    {
      provide: TenantTransaction,
      useFactory: (dataSource: DataSource) => new TenantTransaction(dataSource),
      inject: [DIRECTORY_DATA_SOURCE],
    },
    PostgresDirectory,
    { provide: DIRECTORY, useExisting: PostgresDirectory },
    DirectoryWriter,
    DirectoryReauthorizer,
    IdempotentTransaction,
    IdempotentRequests,
  ],
  exports: [DIRECTORY, DirectoryWriter, IdempotentRequests],
})
export class DirectoryModule extends ConfigurableDirectoryModule {
  static override forRoot(options: typeof DIRECTORY_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }
}
