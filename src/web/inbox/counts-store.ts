import { Observed } from '../reactive/observed.js';
import type { Counts } from '../api/notification.js';
import type { NotificationsApi } from '../api/notifications-api.js';

const NONE: Counts = { unread: 0, unseen: 0, capped: false, byCategory: {}, rev: '0.0' };
const SHARED_JITTER_MS = 5_000;

/**
 * Unread and unseen figures. The service pushes them after each change of the person's own rows; after an event to a
 * shared audience everybody would have to be counted at once, so there the page counts one up and asks after 0–5 s.
 */
export class CountsStore extends Observed {
  #counts: Counts = NONE;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: NotificationsApi,
    private readonly random: () => number = Math.random,
  ) {
    super();
  }

  get current(): Counts {
    return this.#counts;
  }

  /** Figures of the service, pushed or fetched; older ones than those shown are ignored. */
  accept(counts: Counts): void {
    if (changesIn(counts) >= changesIn(this.#counts)) this.#set(counts);
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#later);
    try {
      this.accept(await this.api.counts());
    } catch {
      // The list shows the problem; a stale figure is better than a second message about the same fault.
    }
  }

  /** A new item came to a shared audience. */
  countOneMore(): void {
    this.#set({ ...this.#counts, unread: this.#counts.unread + 1, unseen: this.#counts.unseen + 1 });
    clearTimeout(this.#later);
    this.#later = setTimeout(() => void this.refresh(), this.random() * SHARED_JITTER_MS);
  }

  /** Ends what is planned. */
  dispose(): void {
    clearTimeout(this.#later);
  }

  #set(counts: Counts): void {
    this.#counts = counts;
    this.changed();
  }
}

/** How often the person's own rows had changed when these figures were taken. */
function changesIn({ rev }: Counts): number {
  return Number(rev.split('.')[0]);
}
