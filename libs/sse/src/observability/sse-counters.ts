/** Totals since the process started that the hub does not keep; the rest is in its statistics. */
export interface SseCounts {
  readonly publishedDurable: number;
  readonly publishedEphemeral: number;
  /** Refused requests by problem code, soft refusals included. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Codes counted by name; codes are a closed set of ours, the bound only guards against a host that invents them. */
const MAX_CODES = 100;

/** Counts what metrics show. One per module; a metrics endpoint reads {@link snapshot} when it is asked. */
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
