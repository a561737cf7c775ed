import { type DynamicModule, Module } from '@nestjs/common';
import { IdempotentRequests, TenantTransaction } from '@nest-herald/platform/postgres';
import { DIRECTORY } from './seams/directory.js';
import { DirectoryController } from './http/directory.controller.js';
import { DirectoryReauthorizer } from './audience/directory-reauthorizer.js';
import { DirectoryWriter } from './store/directory-writer.js';
import { ConfigurableDirectoryModule, type DIRECTORY_MODULE_OPTIONS } from './directory.module-definition.js';
import { DIRECTORY_DATA_SOURCE } from './seams/directory-data-source.js';
import { PostgresDirectory } from './store/postgres-directory.js';

/**
 * The directory in PostgreSQL: its REST operations, the {@link DIRECTORY}, and open streams that follow its changes. Streams
 * use it when the options of `SseModule` have `audienceResolver: new DirectoryAudience(directory)`.
 */
@Module({
  controllers: [DirectoryController],
  providers: [
    TenantTransaction.from(DIRECTORY_DATA_SOURCE),
    PostgresDirectory,
    { provide: DIRECTORY, useExisting: PostgresDirectory },
    DirectoryWriter,
    DirectoryReauthorizer,
    IdempotentRequests,
  ],
  exports: [DIRECTORY, DirectoryWriter, IdempotentRequests],
})
export class DirectoryModule extends ConfigurableDirectoryModule {
  static override forRoot(options: typeof DIRECTORY_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }
}
