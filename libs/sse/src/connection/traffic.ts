/** The window over which a rate is averaged, in seconds. */
const WINDOW_S = 10;

/** Counters of one tenant or of the whole process since it started. Every count is also added to the parent. */
export class Traffic {
  eventsSent = 0;
  eventsDropped = 0;
  bytesSent = 0;
  slowConsumers = 0;
  connects = 0;
  disconnects = 0;
  resyncs = 0;
  replays = 0;
  eventsReplayed = 0;
  /** `eventsSent` of the last seconds, oldest first. */
  #samples: number[] = [];

  constructor(private readonly parent: Traffic | null = null) {}

  sent(events: number, bytes: number): void {
    this.eventsSent += events;
    this.bytesSent += bytes;
    this.parent?.sent(events, bytes);
  }

  dropped(events: number): void {
    this.eventsDropped += events;
    this.parent?.dropped(events);
  }

  slowConsumer(): void {
    this.slowConsumers += 1;
    this.parent?.slowConsumer();
  }

  connected(): void {
    this.connects += 1;
    this.parent?.connected();
  }

  disconnected(): void {
    this.disconnects += 1;
    this.parent?.disconnected();
  }

  resynced(): void {
    this.resyncs += 1;
    this.parent?.resynced();
  }

  /** A stream began after the cursor of its client. */
  replayBegan(): void {
    this.replays += 1;
    this.parent?.replayBegan();
  }

  replayed(events: number): void {
    this.eventsReplayed += events;
    this.parent?.replayed(events);
  }

  /** Stores the current count. It is called once a second. */
  sample(): void {
    this.#samples.push(this.eventsSent);
    if (this.#samples.length > WINDOW_S + 1) this.#samples.shift();
  }

  /** Events sent per second, averaged over the last ten seconds. */
  get eventsPerSecond(): number {
    const [oldest] = this.#samples;
    const newest = this.#samples.at(-1);
    if (oldest === undefined || newest === undefined || this.#samples.length < 2) return 0;
    return (newest - oldest) / (this.#samples.length - 1);
  }
}
