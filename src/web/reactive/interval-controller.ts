import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Runs a callback at an interval while its component is on the page. */
export class IntervalController implements ReactiveController {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly intervalMs: number,
    /** @defaultValue re-renders the component */
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
