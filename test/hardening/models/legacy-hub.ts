import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Which of the defects of the legacy hub a model has. */
export interface LegacyDefects {
  /** Defect 8: a connection beyond the limit gets 200 and a welcome, and is then closed. */
  readonly maxConnections?: number;
  /** Defect 11: the write time-out of the server also applies to streams. Scaled down from 30 s. */
  readonly writeTimeoutMs?: number;
}

/**
 * A small model of the legacy broker. With it, each test named after a defect shows that it finds the defect. It
 * takes user, tenant and topics from the query (defect 1) and routes by user and topic alone, whatever
 * the tenant (defect 5).
 */
export class LegacyHub {
  readonly #clients = new Set<{ user: string; topics: readonly string[]; response: ServerResponse }>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(defects: LegacyDefects = {}): Promise<LegacyHub> {
    const server = createServer();
    if (defects.writeTimeoutMs !== undefined) server.setTimeout(defects.writeTimeoutMs, (socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const hub = new LegacyHub(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => hub.#open(request, response, defects.maxConnections ?? 0));
    return hub;
  }

  sendToUser(_tenantId: string, user: string, data: string): void {
    this.#send((client) => client.user === user, data);
  }

  sendToTopic(_tenantId: string, topic: string, data: string): void {
    this.#send((client) => client.topics.includes(topic), data);
  }

  broadcast(_tenantId: string, data: string): void {
    this.#send(() => true, data);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #open(request: IncomingMessage, response: ServerResponse, maxConnections: number): void {
    const query = new URL(request.url ?? '/', 'http://origin').searchParams;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('event: connected\ndata: {"type":"welcome"}\n\n');
    if (maxConnections > 0 && this.#clients.size >= maxConnections) {
      response.end();
      return;
    }
    const user = query.get('user_id') ?? '';
    const client = { user, topics: (query.get('topics') ?? '').split(','), response };
    this.#clients.add(client);
    response.on('close', () => this.#clients.delete(client));
  }

  #send(isWanted: (client: { user: string; topics: readonly string[] }) => boolean, data: string): void {
    for (const client of this.#clients) {
      if (isWanted(client)) client.response.write(`event: message\ndata: ${data}\n\n`);
    }
  }
}
