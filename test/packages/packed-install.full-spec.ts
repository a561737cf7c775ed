import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/built-service.js';

const run = promisify(execFile);
/** Packing, an installation out of npm's cache or registry, two starts: 15 s on an idle machine. */
const WITHIN_MS = 90_000;

const SCRIPT = join(ROOT, 'test/packages/install-packed.mjs');
// Jest's own flags are not for the programs that it starts.
const env = { ...process.env, NODE_OPTIONS: '' };

describe('the packed packages', () => {
  it.each(['^11.2.10', '^12.0.0'])(
    'install in an empty Nest %s application, compile, start as both kinds of module and stream an event',
    async (nest) => {
      const { stdout } = await run(process.execPath, [SCRIPT, nest], { env });
      expect(stdout).toMatch(new RegExp(`install in an empty application with Nest ${nest.slice(1, 3)}\\.`));
      expect(stdout).toContain('@nest-herald/sse/postgres');
      if (nest === '^12.0.0') expect(stdout).toContain('the migrations are packed with all their SQL');
      expect(stdout).toContain('a TypeScript application compiles against them');
      expect(stdout).toContain('an ES module starts, streams one durable event');
      expect(stdout).toContain('a CommonJS program starts, streams one durable event');
    },
    WITHIN_MS,
  );

  it(
    'need no database driver, no TypeORM and no message broker for events in memory',
    async () => {
      const { stdout } = await run(process.execPath, [SCRIPT, '^12.0.0', 'bare'], { env });
      expect(stdout).toContain(
        'import and require() find @nest-herald/sse-protocol, @nest-herald/platform, @nest-herald/platform/http, @nest-herald/sse, @nest-herald/sse/spi, @nest-herald/sse/testing',
      );
      expect(stdout).toContain('an ES module starts, streams one durable event');
    },
    WITHIN_MS,
  );
});
