import { describe } from '@jest/globals';
import { findProgram } from './find-program.js';

/** Programs that suites start, each from the Debian package of the same name. */
export type ProgramName = 'redis-server' | 'nats-server' | 'haproxy' | 'nginx' | 'pgbouncer';

/** Whether a suite runs or is skipped. */
export type ProgramDecision<Name extends string> =
  | { readonly kind: 'run'; readonly paths: Readonly<Record<Name, string>> }
  | { readonly kind: 'skip'; readonly line: string };

/**
 * Searches for the programs that a suite needs.
 * @throws Error when one is missing and the environment forbids skipping (`REQUIRE_BROKERS=1`, `CI`).
 */
export function decidePrograms<Name extends string>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv,
  find: (name: Name) => string | null = findProgram,
): ProgramDecision<Name> {
  const found = names.map((name) => [name, find(name)] as const);
  const missing = found.filter(([, path]) => path === null).map(([name]) => name);
  if (missing.length === 0) {
    return { kind: 'run', paths: Object.fromEntries(found) as Record<Name, string> };
  }
  const line = `NO SERVER: ${missing.join(' and ')} not found. Install ${missing.length === 1 ? 'it' : 'them'} (Debian: apt-get install ${missing.join(' ')}).`;
  const isRequired = [env['REQUIRE_BROKERS'], env['CI']].some(
    (value) => value !== undefined && !/^(0|false|)$/.test(value),
  );
  if (isRequired) throw new Error(line);
  return { kind: 'skip', line };
}

/** A suite over real servers. When a program is missing, it is skipped with a visible message, or fails where skipping is forbidden. */
export function describeWithPrograms<Name extends ProgramName>(
  name: string,
  programs: readonly Name[],
  body: (paths: Readonly<Record<Name, string>>) => void,
): void {
  const decision = decidePrograms(programs, process.env);
  if (decision.kind === 'run') {
    describe(name, () => body(decision.paths));
    return;
  }
  process.stderr.write(`\n${decision.line} The suite "${name}" is SKIPPED.\n`);
  const noPaths = Object.fromEntries(programs.map((program) => [program, ''])) as Record<Name, string>;
  describe.skip(name, () => body(noPaths));
}
