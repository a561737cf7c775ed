/** How long a contract waits for something that must become true. */
const WITHIN_MS = 10_000;
const EVERY_MS = 10;

/**
 * Asks again until the answer is truthy.
 * @throws Error naming what was waited for, and the last answer.
 */
export async function eventually<T>(what: string, ask: () => T | Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline)
      throw new Error(`Waited ${withinMs} ms in vain: ${what}. Last answer: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
