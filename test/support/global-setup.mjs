/**
 * Runs once before the suites of `integration` and `browser`. It is plain JavaScript, because Jest loads it with Node itself.
 * The server is stored on `globalThis`, because the teardown is another module.
 */
import { build } from './build.mjs';

export default async function globalSetup() {
  await build();
  const { startTestServer } = await import('../../dist/test/support/test-server.js');
  globalThis.heraldTestServer = await startTestServer();
  process.env.HERALD_TEST_SERVER_URL = globalThis.heraldTestServer.url;
}
