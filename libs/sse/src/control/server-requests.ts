import type { ControlMailbox } from '../seams/control-mailbox.js';
import type { Hub } from '../hub/hub.js';
import type { IdGenerator, TenantId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';

/** A wake-up may be lost, so it is repeated, and the mailbox is checked for the answer, at this interval. */
const RETRY_MS = 400;
/** Reads of the mailbox per request, however often an attacker wakes the requesting server. */
const MAX_CHECKS = 20;
const MAX_PENDING = 1_000;
/** Requests that are handled concurrently. Anything that reaches the backplane can send wake-ups. */
const MAX_HANDLING = 64;
const ID_BYTES = 16;
const ID = /^[A-Za-z0-9_-]{22}$/;
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Says that a request or an answer waits in the mailbox. It carries no authority. */
interface WakeUp {
  readonly kind: 'request' | 'answered';
  readonly id: string;
  readonly from: string;
}

/** What one server asks of another. */
export interface ServerRequestBody {
  /** The connection that the request is about; empty when it is about the server. */
  readonly connectionId: string;
  readonly request: { readonly kind: string };
}

/** Handles a request of another server and returns its answer, as JSON. The tenant is that of the requester's verified token. */
type ServerRequestHandler = (tenantId: TenantId, connectionId: string, request: unknown) => Promise<object>;

/** What a {@link ServerRequests} is made of. */
export interface ServerRequestsDeps {
  readonly hub: Hub;
  readonly mailbox: ControlMailbox;
  readonly ids: IdGenerator;
  readonly logger: { warn(message: string): void };
}

/**
 * Requests and answers between servers. Their contents go through the mailbox; the backplane carries only wake-ups (ADR 0010).
 * A forged wake-up therefore costs one read that finds nothing, and claims never travel on the backplane.
 */
export class ServerRequests {
  readonly #pending = new Map<string, () => void>();
  readonly #handlers = new Map<string, ServerRequestHandler>();
  #handling = 0;

  constructor(private readonly deps: ServerRequestsDeps) {
    deps.hub.onControl((text) => this.#receive(text));
  }

  /** @param handler answers requests of these kinds; each kind has one handler. */
  onRequest(kinds: readonly string[], handler: ServerRequestHandler): void {
    for (const kind of kinds) this.#handlers.set(kind, handler);
  }

  /** Call this before the first {@link ask}. */
  async open(): Promise<void> {
    await this.deps.mailbox.open(this.deps.hub.nodeId);
  }

  /**
   * Sends a request to a server and waits for its answer. A request that timed out is withdrawn: a server that resumes later
   * finds nothing to execute.
   * @param withinMs time limit for the answer.
   * @returns null when there is no such server.
   * @throws SseRefusal 503 `busy`, 504 `node_unreachable`; whatever the mailbox throws.
   */
  async ask(nodeId: string, tenantId: TenantId, body: ServerRequestBody, withinMs: number): Promise<object | null> {
    const { hub, mailbox, ids } = this.deps;
    if (this.#pending.size >= MAX_PENDING) {
      throw new SseRefusal(503, 'busy', { detail: 'Too many requests to other servers are pending. Retry.' });
    }
    const id = ids.random(ID_BYTES);
    const deadlineMs = performance.now() + withinMs;
    if (!(await mailbox.put({ id, nodeId, tenantId, request: JSON.stringify(body) }))) return null;
    for (let checks = 0; checks < MAX_CHECKS && performance.now() < deadlineMs; checks++) {
      hub.sendControl(nodeId, encodeWakeUp('request', id, hub.nodeId));
      await this.#wait(id, Math.min(RETRY_MS, deadlineMs - performance.now()));
      const answer = await mailbox.collect(id, tenantId, false);
      if (answer !== null) return JSON.parse(answer) as object;
    }
    const late = await mailbox.collect(id, tenantId, true);
    if (late !== null) return JSON.parse(late) as object;
    throw new SseRefusal(504, 'node_unreachable', {
      detail: `The server of this connection did not answer within ${withinMs / 1_000} seconds. Retry, or let the stream reconnect.`,
    });
  }

  #wait(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#pending.set(id, done);
    });
  }

  #receive(text: string): void {
    const wakeUp = parseWakeUp(text);
    if (wakeUp === null) return;
    if (wakeUp.kind === 'answered') {
      this.#pending.get(wakeUp.id)?.();
      return;
    }
    if (this.#handling >= MAX_HANDLING) return;
    this.#handling += 1;
    this.#handle(wakeUp)
      .catch((error: unknown) => this.deps.logger.warn(`A request of server ${wakeUp.from} failed: ${String(error)}`))
      .finally(() => {
        this.#handling -= 1;
      });
  }

  async #handle({ id, from }: WakeUp): Promise<void> {
    const { hub, mailbox } = this.deps;
    const taken = await mailbox.take(id, hub.nodeId);
    if (taken === null) return;
    const { connectionId, request } = JSON.parse(taken.request) as ServerRequestBody;
    const handler = this.#handlers.get(request.kind);
    // A server with a newer version of this package sent it. It continues without an answer.
    if (handler === undefined) throw new TypeError(`This server does not know the request kind "${request.kind}".`);
    const answer = await handler(taken.tenantId, connectionId, request);
    await mailbox.answer(id, hub.nodeId, JSON.stringify(answer));
    hub.sendControl(from, encodeWakeUp('answered', id, hub.nodeId));
  }
}

function encodeWakeUp(kind: WakeUp['kind'], id: string, from: string): string {
  return JSON.stringify({ kind, id, from } satisfies WakeUp);
}

function parseWakeUp(text: string): WakeUp | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Forged, or the host's own use of the seam.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { kind, id, from } = value as Partial<Record<keyof WakeUp, unknown>>;
  if (kind !== 'request' && kind !== 'answered') return null;
  if (typeof id !== 'string' || !ID.test(id) || typeof from !== 'string' || !NODE_ID.test(from)) return null;
  return { kind, id, from };
}
