import { currentLanguage, t } from './language.js';

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
];

/** "3 minutes ago" / "3分钟前", or the date when it is a week or more away. `nowMs` in epoch milliseconds. */
export function relativeTime(at: string | null, nowMs: number): string {
  if (at === null) return t('time.never');
  const thenMs = Date.parse(at);
  const distanceMs = thenMs - nowMs;
  const size = Math.abs(distanceMs);
  if (size < 45_000) return t(distanceMs > 5_000 ? 'time.soon' : 'time.now');
  if (size >= 7 * 86_400_000) return dateOnly(at);
  const step = STEPS.findLast(([, ms]) => size >= ms * 0.95) ?? STEPS[0]!;
  const format = new Intl.RelativeTimeFormat(currentLanguage.locale, { numeric: 'auto', style: 'short' });
  return format.format(Math.round(distanceMs / step[1]), step[0]);
}

/** Date and time in the language of the page and the reader's time zone. */
export function fullTime(at: string): string {
  return new Intl.DateTimeFormat(currentLanguage.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(at),
  );
}

/** Time of day with seconds. */
export function clockTime(atMs: number): string {
  return new Intl.DateTimeFormat(currentLanguage.locale, { timeStyle: 'medium', hour12: false }).format(atMs);
}

function dateOnly(at: string): string {
  return new Intl.DateTimeFormat(currentLanguage.locale, { dateStyle: 'medium' }).format(new Date(at));
}

/** A duration as `1 d 2 h`, `3 h 4 min`, `5 min 6 s` or `7 s`: the two largest units, rounded down. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: string[] = [];
  const units = [
    ['time.d', 86_400],
    ['time.h', 3_600],
    ['time.min', 60],
    ['time.s', 1],
  ] as const;
  let rest = seconds;
  for (const [key, size] of units) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0 || (size === 1 && parts.length === 0)) parts.push(`${count} ${t(key)}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** An amount with its currency in the format of the page's language. An unknown currency follows the number. */
export function money(value: number, currency: string): string {
  try {
    return new Intl.NumberFormat(currentLanguage.locale, { style: 'currency', currency }).format(value);
  } catch {
    // Not a currency code. The number is still correct.
    return `${number(value)} ${currency}`;
  }
}

/** A date (`2026-11-21`) in the language of the page. It is the same day in every time zone. */
export function dayOf(date: string): string {
  const format = new Intl.DateTimeFormat(currentLanguage.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
}

/** A number in the format of the page's language. */
export function number(value: number): string {
  return new Intl.NumberFormat(currentLanguage.locale, { maximumFractionDigits: 1 }).format(value);
}
