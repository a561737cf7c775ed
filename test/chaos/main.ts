/** The long profile (docs/chaos.md). A wrong option prints the usage. Exits with 1 if a guarantee was violated or a mutant was missed. */
import { readChaosOptions } from './chaos-options.js';
import { runLong } from './long-profile.js';

try {
  const options = readChaosOptions(process.argv.slice(2));
  const isClean = await runLong(options, (line) => void process.stdout.write(`${line}\n`));
  process.exit(isClean ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
