import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { DemoController } from './demo.controller.js';

/** The sign-in of demo people. Without `DEMO` it has no routes, so their paths answer 404. */
@Module({})
export class IdentityModule {
  static forRoot(settings: Settings): DynamicModule {
    return { module: IdentityModule, controllers: settings.demo ? [DemoController] : [] };
  }
}
