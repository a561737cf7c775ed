/** Totals since the process started. The hub counts the rest; see `HubStats`. */
export interface SseCounts {
  readonly publishedDurable: number;
  readonly publishedEphemeral: number;
  /** Refused requests by problem code, soft refusals included. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The most codes counted by name. Our codes are a closed set; the bound protects against a host that generates its own. */
const MAX_CODES = 100;

/** Counters for metrics, one instance per module. A metrics endpoint reads {@link SseCounters.snapshot} at each scrape. */
export class SseCounters {
  #publishedDurable = 0;
  #publishedEphemeral = 0;
  readonly #refused = new Map<string, number>();

  published(durable: boolean): void {
    if (durable) this.#publishedDurable++;
    else this.#publishedEphemeral++;
  }

  refused(code: string): void {
    const known = this.#refused.has(code) || this.#refused.size < MAX_CODES;
    const name = known ? code : 'other';
    this.#refused.set(name, (this.#refused.get(name) ?? 0) + 1);
  }

  snapshot(): SseCounts {
    return {
      publishedDurable: this.#publishedDurable,
      publishedEphemeral: this.#publishedEphemeral,
      refused: Object.fromEntries(this.#refused),
    };
  }
}
