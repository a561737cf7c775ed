/** `npm run cluster:rolling`: restarts each server of a cluster in turn under load, and counts lost and duplicated events. See `--help`. */
import { serviceSettings, readClusterCommand, USAGE } from './cluster-options.js';
import { LocalCluster } from './local-cluster.js';
import { rollingRestart } from './rolling-restart.js';

const PUBLISHERS = 4;
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
  const { proxy, nodes, rounds, followers } = command;
  const environment = {
    SSE_CONNECTS_PER_MINUTE: '0',
    SSE_MAX_CONNECTIONS_PER_USER: '0',
    ...serviceSettings(process.env),
  };
  const cluster = await LocalCluster.start({ servers: nodes, environment, report: print, ...(proxy ? { proxy } : {}) });
  try {
    const result = await rollingRestart(cluster, { rounds, followers, publishers: PUBLISHERS, report: print });
    const { lost, duplicated, reordered, resyncs } = result;
    print(
      `\n${result.restarts} restarts, ${result.published} events to ${result.followers} followers, ` +
        `${result.reconnects} reconnects, ${result.retries} requests repeated.`,
    );
    print(`${lost} lost, ${duplicated} duplicated, ${reordered} out of order, ${resyncs} resyncs.`);
    return lost + duplicated + reordered + resyncs === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
