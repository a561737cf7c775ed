/** `npm run cluster`: a cluster on this machine, until Ctrl-C. See `--help`. */
import { serviceSettings, readClusterCommand, USAGE } from './cluster-options.js';
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
  // Before anything starts, so that Ctrl-C during the start leaves nothing running.
  const stopRequested = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const { proxy, nodes } = command;
  const environment = { DEMO_COMPANY: 'true', SSE_CONNECTS_PER_MINUTE: '0', ...serviceSettings(process.env) };
  const cluster = await LocalCluster.start({ servers: nodes, environment, report: print, ...(proxy ? { proxy } : {}) });
  print(`\nThe cluster is ready on ${cluster.proxy.url} — Ctrl-C stops it.`);
  // Listening servers and child processes do not keep this process alive; this timer does.
  const keepAlive = setInterval(() => undefined, 60_000);
  await stopRequested;
  clearInterval(keepAlive);
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
