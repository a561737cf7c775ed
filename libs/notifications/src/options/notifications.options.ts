import { OptionFaults } from '@nest-herald/platform';

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

const DEFAULTS: ResolvedNotificationOptions = {
  countsIntervalMs: 250,
  countsConcurrency: 4,
  maintenanceIntervalMs: 21_600_000,
};

const RANGES = {
  countsIntervalMs: { min: 0, max: 60_000 },
  countsConcurrency: { min: 1, max: 100 },
  maintenanceIntervalMs: { min: 60_000, max: 604_800_000, zeroIsOff: true },
};

/**
 * Fills defaults and checks every option. The result is frozen.
 * @throws PlatformError `ERR_SSE_INVALID_OPTIONS`, one for all faults, each with its value and range.
 */
export function resolveNotificationOptions(options: NotificationOptions): ResolvedNotificationOptions {
  const faults = new OptionFaults('NotificationsModule');
  const whole = (name: keyof NotificationOptions): number =>
    faults.number(name, options[name], DEFAULTS[name], RANGES[name]);
  const resolved = {
    countsIntervalMs: whole('countsIntervalMs'),
    countsConcurrency: whole('countsConcurrency'),
    maintenanceIntervalMs: whole('maintenanceIntervalMs'),
  } satisfies ResolvedNotificationOptions;
  faults.unknown('', options, Object.keys(DEFAULTS));
  faults.throwIfAny();
  return Object.freeze(resolved);
}
