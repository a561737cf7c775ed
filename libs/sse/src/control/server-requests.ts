import type { ControlMailbox } from '../seams/control-mailbox.js';
import type { Hub } from '../hub/hub.js';
import type { IdGenerator, TenantId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
/** A message may be lost: the bell is rung again, and the mailbox looked into, this often. */
const RING_MS = 400;
/** Looks into the mailbox that one question may cost, however often somebody rings for it. */
const MAX_LOOKS = 20;
const MAX_ASKING = 1_000;
/** Letters that are looked up or obeyed at once; anybody who reaches the backplane can ring. */
const MAX_OBEYING = 64;
const ID_BYTES = 16;
const ID = /^[A-Za-z0-9_-]{22}$/;
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What rings at a node: there is a letter for it, or an answer. It proves nothing and is believed nothing. */
interface Bell {
  readonly kind: 'letter' | 'answered';
  readonly id: string;
  readonly from: string;
}

/** What one node asks another. */
export interface ServerRequestBody {
  /** Which connection it is about; empty where it is about the node. */
  readonly connectionId: string;
  readonly request: { readonly kind: string };
}

/** Does what another node asks, and says what came of it: JSON. The tenant is that of the verified token that asked. */
type ServerRequestHandler = (tenantId: TenantId, connectionId: string, request: unknown) => Promise<object>;

/** What a {@link ServerRequests} is made of. */
export interface ServerRequestsDeps {
  readonly hub: Hub;
  readonly mailbox: ControlMailbox;
  readonly ids: IdGenerator;
  readonly logger: { warn(message: string): void };
}

/**
 * Questions and answers between nodes. What is said lies in the mailbox; the backplane only rings (ADR 0010), so a bell that
 * somebody else rings costs a look that finds nothing, and claims are never on it.
 */
export class ServerRequests {
  readonly #asking = new Map<string, () => void>();
  readonly #obey = new Map<string, ServerRequestHandler>();
  #obeying = 0;

  constructor(private readonly deps: ServerRequestsDeps) {
    deps.hub.onControl((text) => this.#ring(text));
  }

  /** @param obey what other nodes' questions of these kinds are answered by; one for each kind. */
  onRequest(kinds: readonly string[], obey: ServerRequestHandler): void {
    for (const kind of kinds) this.#obey.set(kind, obey);
  }

  /** Before anything is asked. */
  async open(): Promise<void> {
    await this.deps.mailbox.open(this.deps.hub.nodeId);
  }

  /**
   * Asks a node and waits for its answer. A node that wakes up later finds nothing to do.
   * @param withinMs how long it has.
   * @returns null when there is no such node.
   * @throws SseRefusal 503 `busy`, 504 `node_unreachable`; whatever the mailbox throws.
   */
  async ask(nodeId: string, tenantId: TenantId, question: ServerRequestBody, withinMs: number): Promise<object | null> {
    const { hub, mailbox, ids } = this.deps;
    if (this.#asking.size >= MAX_ASKING) {
      throw new SseRefusal(503, 'busy', { detail: 'Too many questions to other nodes are open. Try again.' });
    }
    const id = ids.random(ID_BYTES);
    const deadlineMs = performance.now() + withinMs;
    const letter = { id, nodeId, tenantId, request: JSON.stringify(question) };
    if (!(await mailbox.put(letter))) return null;
    for (let looks = 0; looks < MAX_LOOKS && performance.now() < deadlineMs; looks++) {
      hub.sendControl(nodeId, bell('letter', id, hub.nodeId));
      await this.#wait(id, Math.min(RING_MS, deadlineMs - performance.now()));
      const answer = await mailbox.collect(id, tenantId, false);
      if (answer !== null) return JSON.parse(answer) as object;
    }
    const late = await mailbox.collect(id, tenantId, true);
    if (late !== null) return JSON.parse(late) as object;
    throw new SseRefusal(504, 'node_unreachable', {
      detail: `The node of this connection did not answer within ${withinMs / 1_000} seconds. Try again, or let the stream reconnect.`,
    });
  }

  #wait(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#asking.delete(id);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#asking.set(id, done);
    });
  }

  #ring(text: string): void {
    const rung = readBell(text);
    if (rung === null) return;
    if (rung.kind === 'answered') {
      this.#asking.get(rung.id)?.();
      return;
    }
    if (this.#obeying >= MAX_OBEYING) return;
    this.#obeying += 1;
    this.#open(rung)
      .catch((error: unknown) => this.deps.logger.warn(`A request of node ${rung.from} failed: ${String(error)}`))
      .finally(() => {
        this.#obeying -= 1;
      });
  }

  async #open({ id, from }: Bell): Promise<void> {
    const { hub, mailbox } = this.deps;
    const letter = await mailbox.take(id, hub.nodeId);
    if (letter === null) return;
    const { tenantId } = letter;
    const { connectionId, request } = JSON.parse(letter.request) as ServerRequestBody;
    const obey = this.#obey.get(request.kind);
    // Of a newer version of this package: its node goes on without an answer.
    if (obey === undefined) throw new TypeError(`This node does not know the control request "${request.kind}".`);
    const answer = await obey(tenantId, connectionId, request);
    await mailbox.answer(id, hub.nodeId, JSON.stringify(answer));
    hub.sendControl(from, bell('answered', id, hub.nodeId));
  }
}

function bell(kind: Bell['kind'], id: string, from: string): string {
  return JSON.stringify({ kind, id, from } satisfies Bell);
}

function readBell(text: string): Bell | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Somebody else's, or the host's own use of the seam.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { kind, id, from } = value as Partial<Record<keyof Bell, unknown>>;
  if (kind !== 'letter' && kind !== 'answered') return null;
  if (typeof id !== 'string' || !ID.test(id) || typeof from !== 'string' || !NODE_ID.test(from)) return null;
  return { kind, id, from };
}
