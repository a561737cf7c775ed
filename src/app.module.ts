import { ApprovalsModule } from '@nest-herald/approvals';
import { DirectoryModule } from '@nest-herald/directory';
import { NotificationsModule } from '@nest-herald/notifications';
import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from './config/config.module.js';
import type { Settings } from './config/settings.js';
import { DatabaseModule } from './database/database.module.js';
import { DemoModule } from './demo/demo.module.js';
import { HealthModule } from './health/health.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { serviceOperations } from './openapi/all-operations.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { realtimeModules } from './realtime/realtime.module.js';
import { VERSION } from './config/project.js';

/** The service: settings, database, engines, features, API documentation and health checks. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(settings),
        DatabaseModule.forRoot({
          dataDir: settings.dataDir,
          ...(settings.database.url === undefined ? {} : { databaseUrl: settings.database.url }),
          ...(settings.database.migrationUrl === undefined ? {} : { migrationUrl: settings.database.migrationUrl }),
          ...(settings.database.listenUrl === undefined ? {} : { listenUrl: settings.database.listenUrl }),
          convert: settings.database.convert,
        }),
        ...realtimeModules(settings),
        DirectoryModule.forRoot({ isGlobal: true }),
        NotificationsModule.forRoot({ isGlobal: true }),
        ApprovalsModule.forRoot({ isGlobal: true }),
        DemoModule.forRoot(settings),
        IdentityModule.forRoot(settings),
        HealthModule,
        OpenApiModule.forRoot(serviceOperations(settings), VERSION),
      ],
    };
  }
}
