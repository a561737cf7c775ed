import { it } from '@jest/globals';

/** Whether every suite runs in its long form (`npm run test:full`); `npm test` runs the short one. */
const isFull = process.env['HERALD_TEST_PROFILE'] === 'full';

/** Chooses a value by profile, such as the number of repetitions. */
export function perProfile<T>(short: T, full: T): T {
  return isFull ? full : short;
}

/** A test that only runs in the full profile. A comment at each call names the faster test that `npm test` runs instead. */
export const itInFullProfile: (name: string, body: () => Promise<void>, timeoutMs?: number) => void = isFull
  ? it
  : () => undefined;
