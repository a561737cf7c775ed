/**
 * Runs once before all suites. Plain JavaScript, because Jest loads it with Node itself, which needs the loader first;
 * the server is kept on `globalThis` for the teardown, which is another module.
 */
import './ts-loader.mjs';

export default async function globalSetup() {
  const { startTestServer } = await import('./test-server.ts');
  globalThis.heraldTestServer = await startTestServer();
  process.env.HERALD_TEST_SERVER_URL = globalThis.heraldTestServer.url;
}
