import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { until } from './until.js';

/** One text frame. */
export interface WebSocketFrame {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** A WebSocket that records what it receives. */
export class WebSocketClient {
  readonly frames: WebSocketFrame[] = [];
  /** Close code; null while it is open. */
  closeCode: number | null = null;
  pings = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (text: Buffer) => this.frames.push(JSON.parse(text.toString()) as WebSocketFrame));
    socket.on('ping', () => (this.pings += 1));
    socket.on('close', (code: number) => (this.closeCode = code));
    socket.on('error', () => {});
  }

  /** @returns the refusal when the server does not upgrade. */
  static async open(
    url: string,
    headers: Readonly<Record<string, string>>,
    options: { readonly autoPong?: boolean } = {},
  ): Promise<WebSocketClient | WebSocketRefusal> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, perMessageDeflate: true, ...options });
    const client = new WebSocketClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('unexpected-response', (_request, response: IncomingMessage) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          const { statusCode, headers: its } = response;
          resolve({ status: statusCode ?? 0, headers: its, body: JSON.parse(text) as Record<string, unknown> });
        });
      });
      socket.on('error', reject);
    });
  }

  /** The first frame of this type. */
  frame(event: string): Promise<WebSocketFrame> {
    return until(`a frame ${event}`, () => this.frames.find((one) => one.event === event), 15_000);
  }

  /** Resolves with the close code. */
  closed(): Promise<number> {
    return until('the close', () => this.closeCode, 15_000);
  }
}

/** An HTTP response instead of the upgrade. */
export interface WebSocketRefusal {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}
