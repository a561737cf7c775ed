/** The two functions of a test runner that the contract suites use; Jest, Vitest and node:test all have them. */
export interface TestFramework {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * The runner's global functions.
 * @throws TypeError when there are none; pass them to the suite then.
 */
export function globalFramework(): TestFramework {
  const { describe, it } = globalThis as Partial<TestFramework>;
  if (describe === undefined || it === undefined) {
    throw new TypeError('No global describe and it: pass those of your test runner as the last argument of the suite.');
  }
  return { describe, it };
}
