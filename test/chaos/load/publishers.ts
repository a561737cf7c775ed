import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { compiled } from '../../support/built-service.js';
import type { PublisherFigures, PublisherLoad } from './publisher-load.js';

const PROGRAM = compiled('test/chaos/load/publisher-process.ts');

/** A running process of publishers. */
export interface Publishers {
  acknowledged(): number;
  failures(): PublisherFigures['failures'];
  /** @throws Error with the output if the process ends before. */
  untilAcknowledged(events: number): Promise<void>;
  /** Finishes running transactions, then waits for the process. */
  stop(): Promise<void>;
}

/** Starts the process. @throws Error with the output if it does not become ready. */
export async function startPublishers(load: PublisherLoad): Promise<Publishers> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  let figures: PublisherFigures = { acknowledged: 0, failures: [] };
  let errorOutput = '';
  let isOver = false;
  const done = new Promise<void>((resolve) => child.once('close', () => resolve())).then(() => void (isOver = true));
  child.stderr.on('data', (chunk: Buffer) => (errorOutput += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line === 'ready') resolve();
      else figures = JSON.parse(line) as PublisherFigures;
    });
    void done.then(() => reject(new Error(`The publishers ended before they were ready: ${errorOutput}`)));
  });
  return {
    acknowledged: () => figures.acknowledged,
    failures: () => figures.failures,
    untilAcknowledged: async (events) => {
      while (figures.acknowledged < events) {
        if (isOver) throw new Error(`The publishers ended by themselves: ${errorOutput}`);
        await delay(50);
      }
    },
    stop: async () => {
      child.kill('SIGTERM');
      await done;
    },
  };
}
