/** Unit specs stand beside their file; what needs a socket, a database or two processes is in test/. */
const full = process.env.HERALD_TEST_PROFILE === 'full';

export default {
  testMatch: [
    '<rootDir>/{src,libs,migrations}/**/*.spec.ts',
    '<rootDir>/test/**/*.e2e-spec.ts',
    ...(full ? ['<rootDir>/test/**/*.full-spec.ts'] : []),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { swcrc: true }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: {
    globalsCleanup: 'off',
    customExportConditions: ['@nest-herald/source', 'node', 'node-addons'],
  },
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/libs/[^/]+/dist',
    '<rootDir>/migrations/dist',
    '<rootDir>/.herald',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testTimeout: 30_000,
  maxWorkers: 2,
};
