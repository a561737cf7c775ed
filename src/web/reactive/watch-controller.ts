import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Observed } from './observed.js';

/**
 * Re-renders its component when one of its sources changes. Sources are properties of the component and can be replaced,
 * so they are read again after each update.
 */
export class WatchController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #sources: () => readonly (Observed | undefined)[];
  readonly #subscriptions = new Map<Observed, () => void>();

  constructor(host: ReactiveControllerHost, sources: () => readonly (Observed | undefined)[]) {
    this.#host = host;
    this.#sources = sources;
    host.addController(this);
  }

  hostConnected(): void {
    this.#follow();
  }

  hostUpdated(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
  }

  #follow(): void {
    const wanted = new Set(this.#sources().filter((source) => source !== undefined));
    for (const [source, end] of this.#subscriptions) {
      if (wanted.has(source)) continue;
      end();
      this.#subscriptions.delete(source);
    }
    for (const source of wanted) {
      if (this.#subscriptions.has(source)) continue;
      this.#subscriptions.set(
        source,
        source.subscribe(() => this.#host.requestUpdate()),
      );
    }
  }
}
