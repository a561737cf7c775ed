import { type DynamicModule, Module } from '@nestjs/common';
import { OPERATIONS, OpenApiController, VERSION } from './openapi.controller.js';
import type { OperationGroup } from './description/operation.js';

/** Serves the API document of the given operations. */
@Module({})
export class OpenApiModule {
  static forRoot(groups: readonly OperationGroup[], version: string): DynamicModule {
    return {
      module: OpenApiModule,
      controllers: [OpenApiController],
      providers: [
        { provide: OPERATIONS, useValue: groups },
        { provide: VERSION, useValue: version },
      ],
    };
  }
}
