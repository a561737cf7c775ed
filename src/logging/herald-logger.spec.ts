import { describe, expect, it } from '@jest/globals';
import type { LogLevel } from '../config/settings.js';
import { HeraldLogger } from './herald-logger.js';

function recording(level: LogLevel) {
  const lines: string[] = [];
  const logger = new HeraldLogger(level, { line: (text) => lines.push(text) }, () => new Date(0));
  return { lines, logger };
}

describe('HeraldLogger', () => {
  it('writes time, level, context and text on one line', () => {
    const { lines, logger } = recording('log');
    logger.log('Migrations are up to date.', 'Database');
    expect(lines).toEqual(['1970-01-01T00:00:00.000Z log   [Database] Migrations are up to date.']);
  });

  it('shows the chosen level and more urgent ones only', () => {
    const { lines, logger } = recording('warn');
    logger.log('quiet');
    logger.warn('loud');
    logger.fatal('louder');
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['loud', 'louder']);
  });

  it('hides the routes that Nest logs at start-up', () => {
    const { lines, logger } = recording('log');
    logger.log('Mapped {/health, GET} route', 'RouterExplorer');
    expect(lines).toEqual([]);
  });

  it('shows an error with its stack, and keeps line breaks of a message from forging log lines', () => {
    const { lines, logger } = recording('error');
    logger.error(new Error('broken\n2026-01-01 log [Audit] all is well'));
    expect(lines[0]).toContain('Error: broken\\n2026-01-01 log [Audit] all is well');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(1).every((line) => line.startsWith('    at '))).toBe(true);
  });

  it('hides credentials in every part of a record', () => {
    const { lines, logger } = recording('log');
    logger.log({ url: 'postgres://a:canary@b/c', header: 'Bearer canary' });
    expect(lines.join()).not.toContain('canary');
  });
});
