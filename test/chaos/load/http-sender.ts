import { setTimeout as delay } from 'node:timers/promises';
import { type AttemptedEvent, EVENT_TYPE, TICK_TYPE } from '../checker/records.js';
import type { SeededRandom } from '../seeded-random.js';
import { randomAudience } from './population.js';
import type { PublisherContext } from './publisher-context.js';

const TIMEOUT_MS = 10_000;

/**
 * Sends one event after the other through the REST API of random servers, every third one ephemeral. The outcome of a request
 * without a response is unknown until the log is read.
 */
export async function sendOverHttp(context: PublisherContext, random: SeededRandom): Promise<void> {
  while (!context.isOver) {
    const tenant = random.pick(context.load.tenants);
    const tx = context.nextTransaction(tenant);
    const isEphemeral = random.chance(1 / 3);
    const event: AttemptedEvent = { key: `${tx}.0`, ...randomAudience(random), insertedAt: context.now() };
    context.attempt({ kind: 'attempt', tx, tenant, events: [event], dropped: [], isEphemeral });
    try {
      const response = await fetch(new URL('/api/v1/sse/send', random.pick(context.load.http)), {
        method: 'POST',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${context.load.tokens[tenant]}` },
        body: JSON.stringify({
          target: targetOf(event),
          event: isEphemeral ? TICK_TYPE : EVENT_TYPE,
          data: event.key,
          durable: !isEphemeral,
        }),
      });
      const isAccepted = response.status === 202;
      if (!isAccepted) context.failed(`HTTP ${response.status}: ${await response.text()}`);
      // A refusal (4xx) wrote nothing; the outcome of a server error is unknown.
      const refused = response.status < 500 ? 'rolled back' : 'unknown';
      context.outcome(tx, isAccepted ? 'committed' : refused, isAccepted && !isEphemeral ? 1 : 0);
    } catch (error) {
      context.outcome(tx, 'unknown', 0);
      context.failed(error);
    }
    await delay(random.whole(5, 60));
  }
}

function targetOf({ audience, recipients }: AttemptedEvent): Readonly<Record<string, unknown>> {
  if (audience === 'tenant') return { tenant: true };
  if (audience === 'users') return { users: recipients };
  const colon = audience.indexOf(':');
  return { [audience.slice(0, colon)]: audience.slice(colon + 1) };
}
