import { expect, test } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

test('SingleFlight runs once at a time, and once more for all calls during a run', async () => {
  let running = 0;
  let runs = 0;
  const gates: (() => void)[] = [];
  const flight = new SingleFlight(async () => {
    expect(++running).toBe(1);
    runs++;
    await new Promise<void>((open) => gates.push(open));
    running--;
  });
  const calls = [flight.run(), flight.run(), flight.run()];
  gates.shift()!();
  while (gates.length === 0) await Promise.resolve();
  gates.shift()!();
  await Promise.all(calls);
  expect(runs).toBe(2);
  const later = flight.run();
  gates.shift()!();
  await later;
  expect(runs).toBe(3);
});
