import { describe, expect, it } from '@jest/globals';
import { withNeeded } from './packages.js';
import { planMigration } from './plan.js';
import type { SqlFile } from './sql-file.js';

function file(name: string, checksum = name): SqlFile {
  return { package: 'sse', name, checksum, kind: /^\d/.test(name) ? 'numbered' : 'repeatable', sql: '' };
}

const BASELINE = file('0001-baseline.sql');
const LATER = file('0002-later.sql');
const APPEND = file('functions/append.sql');

describe('A plan', () => {
  it('has the files that the database lacks, and the functions that differ', () => {
    const { steps, ahead } = planMigration([BASELINE, LATER, APPEND], [BASELINE, file('functions/append.sql', 'old')]);
    expect(steps).toEqual([LATER, APPEND]);
    expect(ahead).toEqual([]);
  });

  it('is empty for a database that a newer version migrated', () => {
    const plan = planMigration([BASELINE, APPEND], [BASELINE, LATER, file('functions/append.sql', 'newer')]);
    expect(plan).toEqual({ steps: [], ahead: ['sse/0002-later.sql'] });
  });

  it('ignores functions that this version does not have', () => {
    expect(planMigration([BASELINE], [BASELINE, APPEND])).toEqual({ steps: [], ahead: [] });
  });

  it('refuses a numbered file that changed', () => {
    expect(() => planMigration([BASELINE], [file('0001-baseline.sql', 'old')])).toThrow(
      'sse/0001-baseline.sql changed after it ran in this database. Restore the file, and put the change into a new numbered file.',
    );
  });

  it('refuses a history that has numbered files of its own and lacks others', () => {
    const other = file('0002-other.sql');
    expect(() => planMigration([BASELINE, LATER], [BASELINE, other])).toThrow(
      /has sse\/0002-other\.sql.*lacks sse\/0002-later\.sql/,
    );
  });
});

describe('The packages of a migration', () => {
  it('come after what they need', () => {
    expect(withNeeded(['approvals', 'sse'])).toEqual(['sse', 'platform', 'directory', 'notifications', 'approvals']);
    expect(withNeeded(['demo'])).toEqual(['platform', 'demo']);
  });
});
