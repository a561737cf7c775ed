import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { ROOT } from '../support/built-service.js';
import { call } from '../support/http.js';
import { TEST_JWT_SECRET } from '../support/service.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describe('Host application of the README', () => {
  let database: TestDatabase;
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(
      'CREATE SCHEMA erp; GRANT USAGE ON SCHEMA erp TO herald_app;' +
        'CREATE TABLE erp.orders (tenant_id text NOT NULL, item text NOT NULL); GRANT ALL ON erp.orders TO herald_app',
    );
    await admin.end();
    // The host reads its environment when its module is loaded, as a real one does.
    process.env['DATABASE_URL'] = database.url;
    process.env['JWT_SECRET'] = TEST_JWT_SECRET;
    const { ErpModule } = await import('../support/host-erp.js');
    app = await NestFactory.create(ErpModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${((app.getHttpServer() as Server).address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    delete process.env['DATABASE_URL'];
    delete process.env['JWT_SECRET'];
    await app?.close();
    await database?.drop();
  });

  it('notifies entitled users after its commit, and no user after a rollback', async () => {
    const buyer = await openStream(url, { token: await signToken({ tenant: 'acme', user: 'b', roles: ['buyer'] }) });
    const stranger = await openStream(url, { token: await signToken({ tenant: 'beta', user: 'b', roles: ['buyer'] }) });
    await Promise.all([buyer, stranger].map((stream) => stream.until(({ event }) => event === 'connected')));
    const token = await signToken({ tenant: 'acme', user: 'a' });
    expect((await call(`${url}/orders`, { token, body: { note: 'no item: the insert fails' } })).status).toBe(500);
    expect((await call(`${url}/orders`, { token, body: { item: 'gearbox' } })).status).toBe(201);
    await buyer.until(({ event }) => event === 'order.placed');
    expect(buyer.of('order.placed').map(({ data }) => JSON.parse(data))).toEqual([{ item: 'gearbox' }]);
    expect(stranger.of('order.placed')).toEqual([]);
    await Promise.all([buyer.close(), stranger.close()]);
  });

  it('equals the code in the README and has fewer than 40 lines', () => {
    const host = readFileSync(join(ROOT, 'test', 'support', 'host-erp.ts'), 'utf8').trim();
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(host);
    expect(host.split('\n').length).toBeLessThan(40);
  });
});
