/** Runs once after all suites. */
export default async function globalTeardown() {
  await globalThis.heraldTestServer?.stop();
}
