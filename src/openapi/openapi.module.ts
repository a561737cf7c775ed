import { type DynamicModule, Module } from '@nestjs/common';
import { DOCUMENT_VERSION, OPERATIONS, OpenApiController } from './openapi.controller.js';
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
        { provide: DOCUMENT_VERSION, useValue: version },
      ],
    };
  }
}
