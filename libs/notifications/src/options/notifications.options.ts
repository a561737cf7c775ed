import { OptionFaults } from '@nest-herald/platform';

/** Injection token of the {@link ResolvedNotificationOptions}. */
export const NOTIFICATION_OPTIONS = Symbol('NOTIFICATION_OPTIONS');

/** Options of `NotificationsModule`. A value outside its range or an unknown option stops the start. */
export interface NotificationOptions {
  /** Shortest time between two `notification.counts` of one person, in ms; changes in between are combined. Raise it when counting loads the database. 0–60,000. @defaultValue 250 */
  readonly countsIntervalMs?: number;
  /** Inboxes that this process counts at the same time; others wait, so that a burst of reconnects leaves pool connections for requests. 1–100. @defaultValue 4 */
  readonly countsConcurrency?: number;
  /** Time between two runs of maintenance (partitions, expired answers), in ms. 60,000–604,800,000; 0 switches it off, and the host calls `herald.ntf_maintain()` and `herald.prune_idempotency()` itself. @defaultValue 21600000 (6 hours) */
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
