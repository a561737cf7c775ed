import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { DemoController } from './demo.controller.js';

/** The demo people and their sign-in; without `DEMO` nothing, so that its paths are unknown ones (404). */
@Module({})
export class IdentityModule {
  static forRoot(settings: Settings): DynamicModule {
    return { module: IdentityModule, controllers: settings.demo ? [DemoController] : [] };
  }
}
