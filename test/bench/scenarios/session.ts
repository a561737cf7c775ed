import type {
  Latencies,
  LoadRequests,
  PacePlan,
  RoundPlan,
  RunResult,
  ServerRequests,
  ServerUsage,
  StreamTarget,
} from '../processes/messages.js';
import { BenchProcess } from '../processes/bench-process.js';
import { SERVER_TITLES } from '../servers/server-registry.js';
import type { BenchContext } from './scenario.js';

/** The script of a server process. */
export const SERVER_SCRIPT = new URL('../processes/server-child.js', import.meta.url);
const LOAD_SCRIPT = new URL('../processes/load-child.js', import.meta.url);

/** One server process and the load process that is connected to it. */
export interface Session {
  /** Opens streams until `total` are live. */
  connect(total: number): Promise<void>;
  /**
   * Publishes in rounds and measures the cost.
   * @throws Error unless every connection got each of its events exactly once.
   */
  run(plan: RoundPlan): Promise<RunResult>;
  /**
   * Publishes at a fixed rate.
   * @returns the latencies over all connections, and the CPU that the server used.
   * @throws Error if an event does not arrive.
   */
  pace(plan: PacePlan): Promise<Latencies & { readonly cpuMicros: number }>;
  /** @param collect forces a garbage collection first. */
  usage(collect: boolean): Promise<ServerUsage>;
  /** The two processes, for requests that only one scenario needs. */
  readonly server: BenchProcess<ServerRequests>;
  readonly load: BenchProcess<LoadRequests>;
  readonly target: StreamTarget;
}

/** Starts a new server process and load process for `use`, and always ends both. */
export async function withSession<T>(
  context: BenchContext,
  server: string,
  nodeArguments: readonly string[],
  use: (session: Session) => Promise<T>,
  database?: string,
): Promise<T> {
  const { pinning, options } = context;
  const profile = options.profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`] : [];
  const serverProcess = BenchProcess.start<ServerRequests>(SERVER_SCRIPT, server, {
    command: pinning.server,
    nodeArguments: [...nodeArguments, ...profile],
  });
  const load = BenchProcess.start<LoadRequests>(LOAD_SCRIPT, 'load', { command: pinning.load, nodeArguments: [] });
  try {
    const target = await serverProcess.request('listen', { server, ...(database === undefined ? {} : { database }) });
    return await use({
      async connect(total) {
        await load.request('connect', { target, total });
      },
      async run(plan) {
        const deliveriesPerEvent = plan.to === 'everyone' ? plan.users : 1;
        await load.request('expect', { deliveriesPerRound: plan.eventsPerRound * deliveriesPerEvent });
        const result = await serverProcess.request('run', plan);
        const counts = await load.request('counts', {});
        const expected = result.events * deliveriesPerEvent;
        const isEven = plan.to === 'one-user' || (counts.fewest === result.events && counts.most === result.events);
        if (counts.total !== expected || counts.closed > 0 || !isEven) {
          throw new Error(`${server} did not deliver ${expected} events evenly; got ${JSON.stringify(counts)}.`);
        }
        return result;
      },
      async pace(plan) {
        const eventsEach = plan.to === 'everyone' ? plan.events : plan.events / plan.users;
        await load.request('record', { eventsEach });
        const { publishedAt, cpuMicros } = await serverProcess.request('pace', plan);
        return { ...(await load.request('latencies', { publishedAt, order: plan.to })), cpuMicros };
      },
      server: serverProcess,
      load,
      target,
      usage: (collect) => serverProcess.request('usage', { collect }),
    });
  } finally {
    // The server first: it closes the connections, so the ports of the load are free at once.
    await serverProcess.stop();
    await load.stop();
  }
}

/** Measures all servers in each repetition, each time in another order, so that drift of the machine affects all alike. */
export async function interleave<N extends string>(
  context: BenchContext,
  servers: readonly N[],
  measure: (server: N, repetition: number) => Promise<void>,
): Promise<void> {
  const known: readonly string[] = context.options.servers;
  const chosen = servers.filter((server) => known.includes(server) || !(server in SERVER_TITLES));
  for (let repetition = 0; repetition < context.options.repetitions; repetition++) {
    const first = chosen.length === 0 ? 0 : repetition % chosen.length;
    for (const server of [...chosen.slice(first), ...chosen.slice(0, first)]) await measure(server, repetition);
  }
}
