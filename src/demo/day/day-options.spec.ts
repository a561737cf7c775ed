import { describe, expect, it } from '@jest/globals';
import { readDayOptions } from './day-options.js';

describe('Command line of the demo day', () => {
  it('has a default for everything', () => {
    expect(readDayOptions([])).toEqual({
      options: {
        baseUrl: 'http://127.0.0.1:3000',
        tenant: 'acme',
        seed: 1,
        minutes: 2,
        people: 8,
        paceMs: 800,
      },
    });
  });

  it('reads the given options', () => {
    const read = readDayOptions('--seed 7 --minutes 0.5 --people 12 --tenant beta --base-url https://h:1'.split(' '));
    expect(read).toMatchObject({
      options: { seed: 7, minutes: 0.5, people: 12, tenant: 'beta', baseUrl: 'https://h:1' },
    });
  });

  it('reports all faults at once', () => {
    const read = readDayOptions('--seed x --minutes 0 --people 2.5 --tenant gamma --base-url ftp://h'.split(' '));
    expect('faults' in read ? read.faults.map((fault) => fault.split(' ')[0]) : []).toEqual([
      '--base-url',
      '--tenant',
      '--seed',
      '--minutes',
      '--people',
    ]);
  });

  it('refuses an unknown option', () => {
    expect(readDayOptions(['--fast'])).toMatchObject({ faults: [expect.stringContaining('--fast')] });
  });
});
