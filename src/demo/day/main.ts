import { readDayOptions, USAGE } from './day-options.js';
import { playDay } from './play-day.js';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
} else {
  const read = readDayOptions(args);
  if ('faults' in read) {
    console.error([...read.faults, '', USAGE].join('\n'));
    process.exitCode = 2;
  } else {
    try {
      const report = await playDay(read.options, (line) => console.log(line));
      const table = (counts: Readonly<Record<string, number>>): string =>
        Object.entries(counts)
          .sort(([one], [other]) => one.localeCompare(other))
          .map(([what, count]) => `${what} ${count}`)
          .join(', ') || 'nothing';
      console.log(`\nActions: ${table(report.done)}.`);
      console.log(`Expected refusals: ${table(report.refused)}.`);
      if (report.faults.length > 0) {
        console.error(`Faults: ${report.faults.length}.`);
        process.exitCode = 1;
      }
    } catch (error) {
      console.error(
        `The day cannot run: ${error instanceof Error ? error.message : String(error)}\n` +
          `Is the service running at ${read.options.baseUrl}, with the demo on?`,
      );
      process.exitCode = 1;
    }
  }
}
