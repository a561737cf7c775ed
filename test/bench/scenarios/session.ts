import type { LoadQuestions, RoundPlan, RunResult, ServerQuestions, ServerUsage } from '../processes/messages.js';
import { AskedProcess } from '../processes/question-channel.js';
import type { ServerName } from '../servers/server-registry.js';
import type { BenchContext } from './scenario.js';

const SERVER_SCRIPT = new URL('../processes/server-child.js', import.meta.url);
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
  /** @param collect forces a garbage collection first. */
  usage(collect: boolean): Promise<ServerUsage>;
}

/** Starts a fresh server and load, hands them to `use`, ends both whatever happens. */
export async function withSession<T>(
  context: BenchContext,
  server: ServerName,
  nodeArguments: readonly string[],
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { pinning, options } = context;
  const profile = options.profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`] : [];
  const serverProcess = AskedProcess.start<ServerQuestions>(SERVER_SCRIPT, server, {
    command: pinning.server,
    nodeArguments: [...nodeArguments, ...profile],
  });
  const load = AskedProcess.start<LoadQuestions>(LOAD_SCRIPT, 'load', { command: pinning.load, nodeArguments: [] });
  try {
    const target = await serverProcess.ask('listen', { server });
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
      usage: (collect) => serverProcess.ask('usage', { collect }),
    });
  } finally {
    // The server first: it then ends the connections, and the ports of the load are free at once.
    await serverProcess.stop();
    await load.stop();
  }
}

/** All servers in each repetition, each time beginning with another, so that drift of the machine hits all alike. */
export async function interleave(
  context: BenchContext,
  servers: readonly ServerName[],
  measure: (server: ServerName, repetition: number) => Promise<void>,
): Promise<void> {
  const chosen = servers.filter((server) => context.options.servers.includes(server));
  for (let repetition = 0; repetition < context.options.repetitions; repetition++) {
    const first = chosen.length === 0 ? 0 : repetition % chosen.length;
    for (const server of [...chosen.slice(first), ...chosen.slice(0, first)]) await measure(server, repetition);
  }
}
