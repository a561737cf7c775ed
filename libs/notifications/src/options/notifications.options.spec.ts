import { describe, expect, it } from '@jest/globals';
import { resolveNotificationOptions } from './notifications.options.js';

describe('The notification options', () => {
  it('have defaults and cannot be changed afterwards', () => {
    const options = resolveNotificationOptions({});
    expect(options).toEqual({ countsIntervalMs: 250, countsConcurrency: 4, maintenanceIntervalMs: 21_600_000 });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it('allow maintenance to be switched off', () => {
    expect(resolveNotificationOptions({ maintenanceIntervalMs: 0 }).maintenanceIntervalMs).toBe(0);
  });

  it('report all faults together, each with its value and range', () => {
    const wrong = { countsIntervalMs: -1, countsConcurrency: 0, maintenanceIntervalMs: 59_999, speed: 9 };
    expect(() => resolveNotificationOptions(wrong)).toThrow(
      [
        'The options of NotificationsModule have 4 fault(s):',
        '- countsIntervalMs must be a whole number from 0 to 60000; got -1',
        '- countsConcurrency must be a whole number from 1 to 100; got 0',
        '- maintenanceIntervalMs must be a whole number from 60000 to 604800000, or 0 to switch it off; got 59999',
        '- speed is not an option',
      ].join('\n'),
    );
  });
});
