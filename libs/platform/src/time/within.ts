/** Somebody did not answer in time. */
export class LateError extends Error {}

/**
 * Gives a promise a time to keep.
 * @throws LateError naming `what` when it takes longer; the work itself goes on.
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
