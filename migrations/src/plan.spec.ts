import { describe, expect, it } from '@jest/globals';
import type { AppliedFile } from './history.js';
import { withNeeded } from './packages.js';
import { planMigration } from './plan.js';
import type { SqlFile } from './sql-file.js';
import { VERSION } from './version.js';

function file(name: string, checksum = name): SqlFile {
  return { package: 'sse', name, checksum, kind: /^\d/.test(name) ? 'numbered' : 'repeatable', sql: '' };
}

function applied(version: string | null, ...files: readonly SqlFile[]): readonly AppliedFile[] {
  return files.map((each) => ({ ...each, version }));
}

const BASELINE = file('0001-baseline.sql');
const LATER = file('0002-later.sql');
const APPEND = file('functions/append.sql');

describe('A plan', () => {
  it('has the files that the database lacks, and the functions that differ', () => {
    const { steps, ahead } = planMigration(
      [BASELINE, LATER, APPEND],
      applied(VERSION, BASELINE, file('functions/append.sql', 'old')),
    );
    expect(steps).toEqual([LATER, APPEND]);
    expect(ahead).toEqual([]);
  });

  it('is empty for a database with numbered files of a newer version', () => {
    const history = applied(VERSION, BASELINE, LATER, file('functions/append.sql', 'newer'));
    const plan = planMigration([BASELINE, APPEND], history);
    expect(plan).toEqual({ steps: [], ahead: ['sse/0002-later.sql'] });
  });

  it('is empty for a database in which a newer version replaced functions only', () => {
    const history = [...applied(VERSION, BASELINE), ...applied('999.0.0', file('functions/append.sql', 'newer'))];
    expect(planMigration([BASELINE, APPEND], history)).toEqual({ steps: [], ahead: ['sse 999.0.0'] });
  });

  it('has the functions that differ when an older version or an unknown one applied them', () => {
    for (const version of ['0.0.9', null]) {
      const history = applied(version, BASELINE, file('functions/append.sql', 'older'));
      expect(planMigration([BASELINE, APPEND], history)).toEqual({ steps: [APPEND], ahead: [] });
    }
  });

  it('ignores newer versions of packages that were not chosen', () => {
    const other: AppliedFile = { package: 'demo', name: 'functions/other.sql', checksum: 'x', version: '999.0.0' };
    expect(planMigration([BASELINE], [...applied(VERSION, BASELINE), other])).toEqual({ steps: [], ahead: [] });
  });

  it('refuses a newer version that lacks a numbered file', () => {
    expect(() => planMigration([BASELINE, LATER], applied('999.0.0', BASELINE))).toThrow(
      /has sse 999\.0\.0.*lacks sse\/0002-later\.sql/,
    );
  });

  it('ignores functions that this version does not have', () => {
    expect(planMigration([BASELINE], applied(VERSION, BASELINE, APPEND))).toEqual({ steps: [], ahead: [] });
  });

  it('refuses a numbered file that changed', () => {
    expect(() => planMigration([BASELINE], applied(VERSION, file('0001-baseline.sql', 'old')))).toThrow(
      'sse/0001-baseline.sql changed after it ran in this database. Restore the file, and put the change into a new numbered file.',
    );
  });

  it('refuses a history that has numbered files of its own and lacks others', () => {
    const other = file('0002-other.sql');
    expect(() => planMigration([BASELINE, LATER], applied(VERSION, BASELINE, other))).toThrow(
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
