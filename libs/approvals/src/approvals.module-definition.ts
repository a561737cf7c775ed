import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';

/** Injection token of the TypeORM data source that this module works with. */
export const APPROVAL_DATA_SOURCE = Symbol('APPROVAL_DATA_SOURCE');

/** Options of `ApprovalsModule`; there are none yet. */
export type ApprovalOptions = Readonly<Record<never, never>>;

/** What is fixed when the module is defined. */
export interface ApprovalModuleExtras {
  /** Makes the exports visible everywhere without importing the module again. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Name of the TypeORM data source, where the host has several. Its connections run as `herald_app`. @defaultValue the unnamed one */
  readonly dataSource?: string;
}

/** Makes `ApprovalsModule.forRoot` and `forRootAsync`. */
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
