import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { z } from 'zod';
import type { readinessAnswer } from './health.schemas.js';

/** Injection token of the {@link ReadinessChecks}. */
export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

/** Answer of one check. */
export interface CheckResult {
  readonly ok: boolean;
  /** Why not, for the log. */
  readonly detail?: string;
}

/** What this node needs before it should get traffic; each may also throw. */
export interface ReadinessChecks {
  database(): Promise<CheckResult>;
  migrations(): Promise<CheckResult>;
  sequencer(): Promise<CheckResult>;
  backplane(): Promise<CheckResult>;
}

/** A check that takes longer counts as failed, so that a black-holed database cannot hang the probe; milliseconds. */
const CHECK_TIMEOUT_MS = 2_000;

type Answer = z.infer<typeof readinessAnswer>;

/**
 * Whether this node should get traffic. False from the first moment of a shutdown, so that load balancers leave before
 * streams are drained. Parallel probes share one round of checks.
 */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly logger = new Logger('Readiness');
  private draining = false;
  private round: Promise<Answer> | null = null;
  private failing = '';

  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks) {}

  /** Runs before any other part of the shutdown. */
  onModuleDestroy(): void {
    this.draining = true;
  }

  /** Asks every dependency now. */
  answer(): Promise<Answer> {
    this.round ??= this.ask().finally(() => {
      this.round = null;
    });
    return this.round;
  }

  private async ask(): Promise<Answer> {
    const [database, migrations, sequencer, backplane] = await Promise.all([
      limited(() => this.checks.database()),
      limited(() => this.checks.migrations()),
      limited(() => this.checks.sequencer()),
      limited(() => this.checks.backplane()),
    ]);
    const results = { database, migrations, sequencer, backplane };
    this.tell(results);
    const isReady = !this.draining && Object.values(results).every((result) => result.ok);
    return {
      status: isReady ? 'ok' : 'unavailable',
      checks: {
        database: word(database),
        migrations: word(migrations),
        sequencer: word(sequencer),
        backplane: word(backplane),
        draining: this.draining,
      },
    };
  }

  /** One line per change: probes come every few seconds. */
  private tell(results: Readonly<Record<string, CheckResult>>): void {
    const failing = Object.entries(results)
      .filter(([, result]) => !result.ok)
      .map(([name, result]) => `${name}: ${result.detail ?? 'no reason given'}`)
      .join('; ');
    if (failing === this.failing) return;
    this.failing = failing;
    if (failing === '') this.logger.log('Ready again.');
    else this.logger.warn(`Not ready. ${failing}`);
  }
}

async function limited(check: () => Promise<CheckResult>): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer in ${CHECK_TIMEOUT_MS} ms` }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check(), timeout]);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function word(result: CheckResult): 'ok' | 'failed' {
  return result.ok ? 'ok' : 'failed';
}
