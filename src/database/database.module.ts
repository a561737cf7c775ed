import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { DataSource } from 'typeorm';
import type { DatabaseSettings } from './database.settings.js';
import { appDataSourceOptions } from './data-source.js';
import { type RunningDatabase, startDatabase } from './running-database.js';

/** Injection token of the {@link RunningDatabase}. */
export const DATABASE = Symbol('DATABASE');

@Global()
@Module({})
class RunningDatabaseModule {
  static forRoot(settings: DatabaseSettings): DynamicModule {
    const logger = new Logger('Database');
    return {
      module: RunningDatabaseModule,
      providers: [{ provide: DATABASE, useFactory: () => startDatabase(settings, (text) => logger.log(text)) }],
      exports: [DATABASE],
    };
  }
}

/**
 * The database of the service: starts the built-in PostgreSQL where no URL is set, migrates, and provides the
 * `DataSource` (role `herald_app`, entities of all `TypeOrmModule.forFeature`), {@link TenantTransaction} and {@link DATABASE}.
 * At shutdown the data source is closed first and the built-in server last.
 */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(DATABASE) private readonly database: RunningDatabase,
    private readonly dataSource: DataSource,
  ) {}

  static forRoot(settings: DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        RunningDatabaseModule.forRoot(settings),
        TypeOrmModule.forRootAsync({
          inject: [DATABASE],
          useFactory: (database: RunningDatabase) => ({
            ...appDataSourceOptions({ url: database.appUrl }),
            autoLoadEntities: true,
            // startDatabase has just proven that it answers.
            retryAttempts: 1,
          }),
        }),
      ],
      providers: [TenantTransaction.from(DataSource)],
      exports: [TenantTransaction],
    };
  }

  /** Nest's own module closes the data source too late or too early for a server that we stop ourselves. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.database.embedded?.stop();
  }
}
