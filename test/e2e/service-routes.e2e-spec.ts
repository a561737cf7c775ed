import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import type { Application } from 'express';
import { AppModule } from '../../src/app.module.js';
import { readSettings } from '../../src/config/read-settings.js';
import { ALIASES } from '../../src/http/aliases.js';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import { TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** One route of Express's router, in the order of registration. */
interface Route {
  readonly method: string;
  readonly path: string;
}

describe('Routes of the service', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let routes: readonly Route[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = readSettings({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DRAIN_MS: '0' });
    app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(settings), { logger: false });
    await app.init();
    routes = routesOf(app.getHttpAdapter().getInstance() as Application);
  });
  afterAll(async () => {
    await app?.close();
    await database?.drop();
  });

  it('are all described in the OpenAPI document, and nothing else is', () => {
    const described = serviceOperations({ demo: true })
      .flatMap((group) => group.operations)
      .filter(({ path }) => !(path in ALIASES))
      .map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    const served = routes.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(served)].sort()).toEqual([...described].sort());
  });

  it('never shadow one another', () => {
    const shadowed: string[] = [];
    routes.forEach((later, index) => {
      for (const earlier of routes.slice(0, index)) {
        if (earlier.method === later.method && earlier.path !== later.path && covers(earlier.path, later.path)) {
          shadowed.push(`${later.method} ${later.path} after ${earlier.path}`);
        }
      }
    });
    expect(shadowed).toEqual([]);
  });
});

function routesOf(app: Application): readonly Route[] {
  const { stack } = app.router as unknown as {
    readonly stack: readonly {
      readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
    }[];
  };
  return stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => ({ method, path: route.path })) : [],
  );
}

/** Whether the route `pattern` could handle a request for `path`; a parameter matches any segment. */
function covers(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split('/'), path.split('/')];
  return (
    expected.length === actual.length &&
    expected.every(
      (segment, index) => segment === actual[index] || (segment.startsWith(':') && !actual[index]?.startsWith(':')),
    )
  );
}
