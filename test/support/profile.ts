import { it } from '@jest/globals';

/** Whether the long form of every suite runs (`npm run test:full`). `npm test` runs the short one. */
const isFull = process.env['HERALD_TEST_PROFILE'] === 'full';

/** How often or how long a test repeats what it does. */
export function perProfile<T>(short: T, full: T): T {
  return isFull ? full : short;
}

/** A test that runs only in the full profile. The comment at its call names the faster test that `npm test` has instead. */
export const itInFullProfile: (name: string, body: () => Promise<void>, timeoutMs?: number) => void = isFull
  ? it
  : () => undefined;
