import { describe, expect, it } from '@jest/globals';
import { Readiness, type CheckResult, type ReadinessChecks } from './readiness.js';

const fine = (): Promise<CheckResult> => Promise.resolve({ ok: true });
const checks = (changes: Partial<ReadinessChecks> = {}): ReadinessChecks => ({
  database: fine,
  migrations: fine,
  sequencer: fine,
  backplane: fine,
  ...changes,
});

describe('Readiness', () => {
  it('is ready when all checks pass', async () => {
    await expect(new Readiness(checks()).answer()).resolves.toEqual({
      status: 'ok',
      checks: { database: 'ok', migrations: 'ok', sequencer: 'ok', backplane: 'ok', draining: false },
    });
  });

  it('names the failed check, and its reason only in the log', async () => {
    const readiness = new Readiness(
      checks({ database: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432')) }),
    );
    const answer = await readiness.answer();
    expect(answer).toMatchObject({ status: 'unavailable', checks: { database: 'failed', sequencer: 'ok' } });
    expect(JSON.stringify(answer)).not.toContain('10.0.0.7');
  });

  it('is not ready as soon as a shutdown begins', async () => {
    const readiness = new Readiness(checks());
    readiness.onModuleDestroy();
    await expect(readiness.answer()).resolves.toMatchObject({ status: 'unavailable', checks: { draining: true } });
  });

  it('runs the checks once for concurrent probes', async () => {
    let asked = 0;
    const readiness = new Readiness(
      checks({
        database: () => {
          asked += 1;
          return fine();
        },
      }),
    );
    await Promise.all([readiness.answer(), readiness.answer(), readiness.answer()]);
    expect(asked).toBe(1);
    await readiness.answer();
    expect(asked).toBe(2);
  });
});
