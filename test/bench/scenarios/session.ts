import type {
  Latencies,
  LoadQuestions,
  PacePlan,
  RoundPlan,
  RunResult,
  ServerQuestions,
  ServerUsage,
  StreamTarget,
} from '../processes/messages.js';
import { AskedProcess } from '../processes/bench-process.js';
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
   * Publishes in rounds and accounts for it.
   * @throws Error unless every connection got every event meant for it exactly once.
   */
  run(plan: RoundPlan): Promise<RunResult>;
  /**
   * Publishes by the clock.
   * @returns how late the events arrived, all connections together, and what the server used.
   * @throws Error when one does not arrive.
   */
  pace(plan: PacePlan): Promise<Latencies & { readonly cpuMicros: number }>;
  /** @param collect forces a garbage collection first. */
  usage(collect: boolean): Promise<ServerUsage>;
  /** The two processes themselves, for what only one scenario asks. */
  readonly server: AskedProcess<ServerQuestions>;
  readonly load: AskedProcess<LoadQuestions>;
  readonly target: StreamTarget;
}

/** Starts a fresh server and load, hands them to `use`, ends both whatever happens. */
export async function withSession<T>(
  context: BenchContext,
  server: string,
  nodeArguments: readonly string[],
  use: (session: Session) => Promise<T>,
  database?: string,
): Promise<T> {
  const { pinning, options } = context;
  const profile = options.profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`] : [];
  const serverProcess = AskedProcess.start<ServerQuestions>(SERVER_SCRIPT, server, {
    command: pinning.server,
    nodeArguments: [...nodeArguments, ...profile],
  });
  const load = AskedProcess.start<LoadQuestions>(LOAD_SCRIPT, 'load', { command: pinning.load, nodeArguments: [] });
  try {
    const target = await serverProcess.ask('listen', { server, ...(database === undefined ? {} : { database }) });
    return await use({
      async connect(total) {
        await load.ask('connect', { target, total });
      },
      async run(plan) {
        const deliveriesPerEvent = plan.to === 'everyone' ? plan.users : 1;
        await load.ask('expect', { deliveriesPerRound: plan.eventsPerRound * deliveriesPerEvent });
        const result = await serverProcess.ask('run', plan);
        const counts = await load.ask('counts', {});
        const wanted = result.events * deliveriesPerEvent;
        const even = plan.to === 'one-user' || (counts.fewest === result.events && counts.most === result.events);
        if (counts.total !== wanted || counts.closed > 0 || !even) {
          throw new Error(`${server} was to deliver ${wanted} events evenly; got ${JSON.stringify(counts)}.`);
        }
        return result;
      },
      async pace(plan) {
        const eventsEach = plan.to === 'everyone' ? plan.events : plan.events / plan.users;
        await load.ask('record', { eventsEach });
        const { publishedAt, cpuMicros } = await serverProcess.ask('pace', plan);
        return { ...(await load.ask('latencies', { publishedAt, order: plan.to })), cpuMicros };
      },
      server: serverProcess,
      load,
      target,
      usage: (collect) => serverProcess.ask('usage', { collect }),
    });
  } finally {
    // The server first: it then ends the connections, and the ports of the load are free at once.
    await serverProcess.stop();
    await load.stop();
  }
}

/** All servers in each repetition, each time beginning with another, so that drift of the machine hits all alike. */
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
