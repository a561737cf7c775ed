/** The long profile: docs/chaos.md; a wrong option prints the usage. Exits with 1 when a promise was broken or a mutant got away. */
import { readChaosOptions } from './chaos-options.js';
import { runLong } from './long-profile.js';

try {
  const options = readChaosOptions(process.argv.slice(2));
  const isGood = await runLong(options, (line) => void process.stdout.write(`${line}\n`));
  process.exit(isGood ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
