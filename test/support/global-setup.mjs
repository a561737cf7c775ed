/**
 * Runs once before the suites of `integration` and `browser`. Plain JavaScript, because Jest loads it with Node itself; the
 * server is kept on `globalThis` for the teardown, which is another module.
 */
import { build } from './build.mjs';

export default async function globalSetup() {
  await build();
  const { startTestServer } = await import('../../dist/test/support/test-server.js');
  globalThis.heraldTestServer = await startTestServer();
  process.env.HERALD_TEST_SERVER_URL = globalThis.heraldTestServer.url;
}
