/** A time until which a notification can be snoozed. */
export interface SnoozeChoice {
  readonly key: 'hour' | 'tomorrow' | 'monday';
  readonly until: Date;
}

const MORNING_HOUR = 9;

/** In an hour, tomorrow at nine, next Monday at nine, in the reader's time zone. */
export function snoozeChoices(now: Date): readonly SnoozeChoice[] {
  const daysToMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { key: 'hour', until: new Date(now.getTime() + 3_600_000) },
    { key: 'tomorrow', until: morningAfter(now, 1) },
    { key: 'monday', until: morningAfter(now, daysToMonday) },
  ];
}

function morningAfter(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING_HOUR);
}
