/**
 * Three projects, so that each run pays only for what it needs: `npx jest --selectProjects unit`.
 *
 * - `unit`: specs beside their file. No database, no build, no global set-up.
 * - `integration`: everything below `test/` that needs a socket, a database or several processes.
 * - `browser`: what needs Chromium.
 *
 * `HERALD_TEST_PROFILE=full` adds the long suites (`*.full-spec.ts`).
 */
const suites = process.env.HERALD_TEST_PROFILE === 'full' ? '*.{e2e,full}-spec.ts' : '*.e2e-spec.ts';

const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { swcrc: true }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: {
    globalsCleanup: 'off',
    customExportConditions: ['@nest-herald/source', 'node', 'node-addons'],
  },
  // Jest crawls its roots at each start: node_modules would be most of that time.
  roots: ['<rootDir>/src', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/test'],
  modulePathIgnorePatterns: ['<rootDir>/libs/[^/]+/dist', '<rootDir>/migrations/dist'],
};

/** Compiles what child processes run and starts PostgreSQL, once for all suites. */
const withServer = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{src,libs,migrations}/**/*.spec.ts'] },
    {
      ...shared,
      ...withServer,
      displayName: 'integration',
      testMatch: [`<rootDir>/test/**/${suites}`],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/'],
    },
    { ...shared, ...withServer, displayName: 'browser', testMatch: [`<rootDir>/test/browser/**/${suites}`] },
  ],
  collectCoverageFrom: ['{src,libs,migrations}/**/*.ts', '!**/dist/**', '!**/examples/**', '!**/*.spec.ts'],
  coverageProvider: 'v8',
  // These belong to the run: Jest ignores them in a project.
  testTimeout: 30_000,
  maxWorkers: 2,
};
