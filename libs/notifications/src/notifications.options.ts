import { SseError } from '@nest-herald/sse';

/** Injection token of the {@link ResolvedNotificationOptions}. */
export const NOTIFICATION_OPTIONS = Symbol('NOTIFICATION_OPTIONS');

/** Options of `NotificationsModule`; a value outside its range, and an option that does not exist, refuses to start. */
export interface NotificationOptions {
  /** Shortest time between two `notification.counts` of one person, in ms; changes in between become one. Raise it when counting is felt in the database. 0–60,000. @defaultValue 250 */
  readonly countsIntervalMs?: number;
  /** Inboxes that this process counts at the same time for pushing; the rest wait, so that a storm of reconnects leaves connections of the pool to requests. 1–100. @defaultValue 4 */
  readonly countsConcurrency?: number;
  /** Time between two looks at partitions and expired answers, in ms; each node looks, one works. 60,000–604,800,000, 0 = never, because the host calls `herald.ntf_maintain()` and `herald.prune_idempotency()` itself. @defaultValue 21600000 (6 hours) */
  readonly maintenanceIntervalMs?: number;
}

/** {@link NotificationOptions} after their check. */
export type ResolvedNotificationOptions = Readonly<Required<NotificationOptions>>;

interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly zeroIsOff?: boolean;
}

const RANGES: Readonly<Record<keyof NotificationOptions, Range>> = {
  countsIntervalMs: { fallback: 250, min: 0, max: 60_000 },
  countsConcurrency: { fallback: 4, min: 1, max: 100 },
  maintenanceIntervalMs: { fallback: 21_600_000, min: 60_000, max: 604_800_000, zeroIsOff: true },
};

/**
 * Fills defaults and checks every option. The result is frozen.
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, one for all faults, each with its value and range.
 */
export function resolveNotificationOptions(options: NotificationOptions): ResolvedNotificationOptions {
  const faults: string[] = [];
  const whole = (name: keyof NotificationOptions): number => {
    const { fallback, min, max, zeroIsOff } = RANGES[name];
    const value = options[name];
    if (value === undefined || (zeroIsOff && value === 0)) return value ?? fallback;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    const off = zeroIsOff ? ', or 0 to switch it off' : '';
    faults.push(`${name} must be a whole number from ${min} to ${max}${off}; got ${JSON.stringify(value)}`);
    return fallback;
  };
  const resolved = {
    countsIntervalMs: whole('countsIntervalMs'),
    countsConcurrency: whole('countsConcurrency'),
    maintenanceIntervalMs: whole('maintenanceIntervalMs'),
  } satisfies ResolvedNotificationOptions;
  for (const name of Object.keys(options)) {
    if (!(name in resolved)) faults.push(`${name} is not an option`);
  }
  if (faults.length > 0) {
    throw new SseError(
      'ERR_SSE_INVALID_OPTIONS',
      `The options of NotificationsModule have ${faults.length} fault(s):\n${faults.map((f) => `- ${f}`).join('\n')}`,
    );
  }
  return Object.freeze(resolved);
}
