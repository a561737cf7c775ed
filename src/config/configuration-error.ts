/** One mistake in the environment. */
export interface ConfigurationFault {
  /** Name of the variable. */
  readonly name: string;
  /** What is wrong, with the value unless it is a secret, and the remedy. */
  readonly message: string;
}

/** Exit code of a service that cannot start as it is configured (`EX_CONFIG` of sysexits). */
export const CONFIGURATION_EXIT_CODE = 78;

/** Every mistake found in the configuration, reported together. */
export class ConfigurationError extends Error {
  readonly code = 'ERR_HERALD_CONFIGURATION';
  /** Exit code of the process. */
  readonly exitCode = CONFIGURATION_EXIT_CODE;

  constructor(readonly faults: readonly ConfigurationFault[]) {
    super(
      [
        `Nest Herald cannot start: ${faults.length} ${faults.length === 1 ? 'setting needs' : 'settings need'} a change.`,
        ...faults.map((fault) => `  ${fault.name}: ${fault.message}`),
        'Every setting is described in README.md, section "Settings".',
      ].join('\n'),
    );
    this.name = 'ConfigurationError';
  }
}
