import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';

/** Injection token of the TypeORM data source of this module. */
export const APPROVAL_DATA_SOURCE = Symbol('APPROVAL_DATA_SOURCE');

/** Options of `ApprovalsModule`. There are none yet. */
export type ApprovalOptions = Readonly<Record<never, never>>;

/** Options that are fixed when the module is defined. */
export interface ApprovalModuleExtras {
  /** Whether the exports are visible in every module without an import. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Name of the TypeORM data source, if the host has several. It connects as `herald_app`. @defaultValue the unnamed one */
  readonly dataSource?: string;
}

/** Base class of `ApprovalsModule` with `forRoot` and `forRootAsync`. */
export const {
  ConfigurableModuleClass: ConfigurableApprovalsModule,
  OPTIONS_TYPE: APPROVAL_MODULE_OPTIONS,
  ASYNC_OPTIONS_TYPE: APPROVAL_MODULE_ASYNC_OPTIONS,
} = new ConfigurableModuleBuilder<ApprovalOptions>({ moduleName: 'Approvals' })
  .setClassMethodName('forRoot')
  .setExtras<ApprovalModuleExtras>({ isGlobal: false }, withDataSource)
  .build();

function withDataSource(definition: DynamicModule, extras: ApprovalModuleExtras): DynamicModule {
  return {
    ...definition,
    global: extras.isGlobal === true,
    providers: [
      ...(definition.providers ?? []),
      { provide: APPROVAL_DATA_SOURCE, useExisting: getDataSourceToken(extras.dataSource) },
    ],
  };
}
