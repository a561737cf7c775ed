/** `npm run cluster`: a cluster on this machine, until Ctrl-C. See `--help`. */
import { givenSettings, readClusterCommand, USAGE } from './cluster-options.js';
import { LocalCluster } from './local-cluster.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    print(USAGE);
    return 0;
  }
  const command = readClusterCommand(args);
  if ('faults' in command) {
    process.stderr.write(`${[...command.faults, '', USAGE].join('\n')}\n`);
    return 2;
  }
  // Before anything starts: Ctrl-C during the start must not leave half of it behind.
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const { proxy, nodes } = command;
  const environment = { DEMO_COMPANY: 'true', SSE_CONNECTS_PER_MINUTE: '0', ...givenSettings(process.env) };
  const cluster = await LocalCluster.start({ nodes, environment, report: print, ...(proxy ? { proxy } : {}) });
  print(`\nThe cluster is ready on ${cluster.proxy.url} — Ctrl-C stops it.`);
  // A server that listens keeps no process alive here: our children do, and this does.
  const awake = setInterval(() => undefined, 60_000);
  await asked;
  clearInterval(awake);
  print('Stopping.');
  await cluster.stop();
  return 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
