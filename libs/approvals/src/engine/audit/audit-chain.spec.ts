import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { READY_MADE_PROCESSES } from '../../processes/index.js';
import { MemoryInstance, sampleDirectory } from '../../testing/index.js';
import { draftInstance } from '../instance/instance-state.js';
import { chainStart, seal, verifyChain, type AuditRow } from './audit-chain.js';
import { historyOf } from './history.js';

const owner = { tenantId: 'acme', instanceId: 'i-1' };
const NOTHING = { comment: null, diff: null, ip: null, userAgent: null };

/** The sealed history of a leave request that was rejected with a comment. */
function history(): AuditRow[] {
  const form = { kind: 'annual', from: '2026-02-02', to: '2026-02-06', days: 5 };
  const instance = MemoryInstance.started(READY_MADE_PROCESSES.leave, sampleDirectory(), 'ada', form)
    .approve('mia')
    .reject('leo', 'Too many are away');
  const before = draftInstance({ ...owner, applicantId: 'ada', form });
  let prevHash = chainStart(owner);
  return historyOf(before, instance.events).map((entry, i) => {
    const { comment, diff, ...action } = entry;
    const text = { comment, diff, ip: '192.0.2.7', userAgent: 'Browser "7"' };
    const row = seal(prevHash, { n: i + 1, ...action }, text, `salt-${i}-0123456789abcdef`);
    prevHash = row.hash;
    return row;
  });
}

const lastOf = (rows: readonly AuditRow[]): string => rows.at(-1)?.hash ?? chainStart(owner);

describe('Audit chain', () => {
  it('has every action with the status before and after', () => {
    expect(
      history().map(
        (row) => `${row.actorId} ${row.action} ${row.taskKey ?? '-'} ${row.fromStatus ?? '-'}>${row.toStatus ?? '-'}`,
      ),
    ).toEqual([
      'ada start - draft>running',
      'ada open manager#1/1 ->pending',
      'mia approve manager#1/1 pending>approved',
      'mia open department#1/1 ->pending',
      'leo reject department#1/1 pending>rejected',
      'leo reject - running>rejected',
    ]);
  });

  it('verifies when it is unchanged, and when it is empty', () => {
    const rows = history();
    expect(verifyChain(owner, rows, lastOf(rows))).toEqual({ ok: true, rows: 6, lastHash: lastOf(rows) });
    expect(verifyChain(owner, [], chainStart(owner)).ok).toBe(true);
  });

  it('names the row in which one bit was flipped', () => {
    const rows = history();
    const fields = Object.keys(rows[0] ?? {}) as (keyof AuditRow)[];
    fc.assert(
      fc.property(
        fc.nat(rows.length - 1),
        fc.constantFrom(...fields),
        fc.nat(),
        fc.nat(6),
        (i, field, position, bit) => {
          const row = rows[i] as AuditRow;
          const original = row[field];
          if (original === null) return;
          const bytes = Buffer.from(String(original), 'latin1');
          bytes[position % bytes.length] = (bytes[position % bytes.length] ?? 0) ^ (1 << bit);
          const flipped = bytes.toString('latin1');
          const changed = { ...row, [field]: typeof original === 'number' ? flipped.charCodeAt(0) : flipped };
          const forged = rows.with(i, changed);
          expect(verifyChain(owner, forged, lastOf(rows))).toMatchObject({ ok: false, n: i + 1 });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds a row that was removed, inserted, exchanged, or cut off at the end', () => {
    const rows = history();
    const last = lastOf(rows);
    expect(verifyChain(owner, rows.toSpliced(2, 1), last)).toMatchObject({ ok: false, n: 3 });
    const [a, b] = [rows[1] as AuditRow, rows[2] as AuditRow];
    expect(verifyChain(owner, rows.with(1, { ...b, n: 2 }).with(2, { ...a, n: 3 }), last)).toMatchObject({
      ok: false,
      n: 2,
    });
    expect(verifyChain(owner, rows.slice(0, 5), last)).toEqual({ ok: false, n: 6, fault: 'end' });
    const invented = seal(last, { ...b, n: 7 }, NOTHING, 'salt-7-0123456789abcdef');
    expect(verifyChain(owner, [...rows, invented], last)).toEqual({ ok: false, n: 8, fault: 'end' });
  });

  it('is bound to its tenant and instance', () => {
    const rows = history();
    expect(verifyChain({ ...owner, tenantId: 'beta' }, rows, lastOf(rows))).toMatchObject({
      ok: false,
      n: 1,
      fault: 'previous',
    });
  });

  it('verifies after the texts and salts of a person were erased', () => {
    const rows = history().map((row) => (row.actorId === 'leo' ? { ...row, ...NOTHING, salt: null } : row));
    expect(verifyChain(owner, rows, lastOf(rows)).ok).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('Too many are away');
  });

  it('finds a replaced text in a row without salt', () => {
    const rows = history();
    const forged = {
      ...(rows[4] as AuditRow),
      salt: null,
      comment: 'Fine with me',
      diff: null,
      ip: null,
      userAgent: null,
    };
    expect(verifyChain(owner, rows.with(4, forged), lastOf(rows))).toEqual({ ok: false, n: 5, fault: 'text' });
  });

  it('has different hashes for texts that are split into fields differently', () => {
    const action = history()[0] as AuditRow;
    const one = seal('0', action, { ...NOTHING, comment: 'a', diff: 'b' }, 's');
    const other = seal('0', action, { ...NOTHING, comment: 'ab', diff: null }, 's');
    expect(one.textHash).not.toBe(other.textHash);
  });
});
