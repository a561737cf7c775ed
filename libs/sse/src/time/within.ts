/** An answer did not arrive in time. */
export class LateError extends Error {}

/**
 * Waits for a promise, but not longer than a time limit.
 * @throws LateError naming `what` after the limit; the work itself continues.
 */
export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(`${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
