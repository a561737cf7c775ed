/** The two functions of a test runner that the contract suites use; Jest, Vitest and node:test all have them. */
export interface TestFramework {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * The runner's global functions.
 * @throws TypeError when there are none.
 */
export function globalFramework(): TestFramework {
  const { describe, it } = globalThis as Partial<TestFramework>;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      'The test runner has no global describe and it. Pass its functions as the last argument of the suite.',
    );
  }
  return { describe, it };
}
