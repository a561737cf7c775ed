import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DIRECTORY_DATA_SOURCE } from './seams/directory-data-source.js';

/** Options of `DirectoryModule`. */
export interface DirectoryOptions {
  /** Makes the directory visible in all modules, which `SseModule` needs. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Name of the TypeORM data source, if the host has several. Its connections use the role `herald_app`. @defaultValue the unnamed one */
  readonly dataSource?: string;
}

/** Builds `DirectoryModule.forRoot`. */
export const { ConfigurableModuleClass: ConfigurableDirectoryModule, OPTIONS_TYPE: DIRECTORY_MODULE_OPTIONS } =
  new ConfigurableModuleBuilder<Record<never, never>>({ moduleName: 'Directory' })
    .setClassMethodName('forRoot')
    .setExtras<DirectoryOptions>({ isGlobal: false }, withDataSource)
    .build();

function withDataSource(definition: DynamicModule, extras: DirectoryOptions): DynamicModule {
  return {
    ...definition,
    global: extras.isGlobal === true,
    providers: [
      ...(definition.providers ?? []),
      { provide: DIRECTORY_DATA_SOURCE, useExisting: getDataSourceToken(extras.dataSource) },
    ],
  };
}
