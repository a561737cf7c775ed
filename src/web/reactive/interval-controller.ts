import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Renders its component anew at an interval, while it is on the page. */
export class Ticking implements ReactiveController {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly intervalMs: number,
    /** What happens then. @defaultValue a new rendering */
    private readonly onTick: () => void = () => host.requestUpdate(),
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(this.onTick, this.intervalMs);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
