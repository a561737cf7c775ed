/** Longest time that a contract test waits for a condition. */
const WITHIN_MS = 10_000;
const EVERY_MS = 10;

/**
 * Repeats the call until its result is truthy.
 * @throws Error with the description and the last result when the time is over.
 */
export async function eventually<T>(what: string, ask: () => T | Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline)
      throw new Error(`Timed out after ${withinMs} ms waiting for: ${what}. Last result: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
