import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { z } from 'zod';
import type { readinessAnswer } from './health.schemas.js';

/** Injection token of the {@link ReadinessChecks}. */
export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

/** Answer of one check. */
export interface CheckResult {
  readonly ok: boolean;
  /** Reason of a failure, for the log. */
  readonly detail?: string;
}

/** What this server needs before it should get traffic. A check that throws has failed. */
export interface ReadinessChecks {
  database(): Promise<CheckResult>;
  migrations(): Promise<CheckResult>;
  sequencer(): Promise<CheckResult>;
  backplane(): Promise<CheckResult>;
}

/** A check that takes longer has failed, so an unreachable database cannot block the probe; milliseconds. */
const CHECK_TIMEOUT_MS = 2_000;

type Answer = z.infer<typeof readinessAnswer>;

/**
 * Whether this server should get traffic. Not ready from the start of a shutdown, so load balancers stop sending traffic
 * before streams are drained. Concurrent probes share one round of checks.
 */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly logger = new Logger('Readiness');
  private draining = false;
  private round: Promise<Answer> | null = null;
  private failing = '';

  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks) {}

  /** Nest calls this before all other steps of the shutdown. */
  onModuleDestroy(): void {
    this.draining = true;
  }

  /** Runs all checks now. */
  answer(): Promise<Answer> {
    this.round ??= this.runChecks().finally(() => {
      this.round = null;
    });
    return this.round;
  }

  private async runChecks(): Promise<Answer> {
    const [database, migrations, sequencer, backplane] = await Promise.all([
      withTimeout(() => this.checks.database()),
      withTimeout(() => this.checks.migrations()),
      withTimeout(() => this.checks.sequencer()),
      withTimeout(() => this.checks.backplane()),
    ]);
    const results = { database, migrations, sequencer, backplane };
    this.logChange(results);
    const isReady = !this.draining && Object.values(results).every((result) => result.ok);
    return {
      status: isReady ? 'ok' : 'unavailable',
      checks: {
        database: outcomeOf(database),
        migrations: outcomeOf(migrations),
        sequencer: outcomeOf(sequencer),
        backplane: outcomeOf(backplane),
        draining: this.draining,
      },
    };
  }

  /** Logs changes only: probes arrive every few seconds. */
  private logChange(results: Readonly<Record<string, CheckResult>>): void {
    const failing = Object.entries(results)
      .filter(([, result]) => !result.ok)
      .map(([name, result]) => `${name}: ${result.detail ?? 'no reason known'}`)
      .join('; ');
    if (failing === this.failing) return;
    this.failing = failing;
    if (failing === '') this.logger.log('Ready again.');
    else this.logger.warn(`Not ready. ${failing}`);
  }
}

async function withTimeout(check: () => Promise<CheckResult>): Promise<CheckResult> {
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

function outcomeOf(result: CheckResult): 'ok' | 'failed' {
  return result.ok ? 'ok' : 'failed';
}
