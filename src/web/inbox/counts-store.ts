import { Observed } from '../reactive/observed.js';
import type { Counts } from '../api/notification.js';
import type { NotificationsApi } from '../api/notifications-api.js';

const NONE: Counts = { unread: 0, unseen: 0, capped: false, byCategory: {}, rev: '0.0' };
const SHARED_JITTER_MS = 5_000;

/**
 * The unread and unseen counts. The service pushes them after each change of the person's own rows. After an event to a
 * shared audience it would have to count for every recipient at once, so the page adds one itself and fetches the counts
 * after 0 to 5 s.
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

  /** Takes pushed or fetched counts. Counts older than the current ones are ignored. */
  accept(counts: Counts): void {
    if (changesIn(counts) >= changesIn(this.#counts)) this.#set(counts);
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#later);
    try {
      this.accept(await this.api.counts());
    } catch {
      // The list shows the problem. A stale count is better than reporting the same fault twice.
    }
  }

  /** Counts a new item for a shared audience. */
  countOneMore(): void {
    this.#set({ ...this.#counts, unread: this.#counts.unread + 1, unseen: this.#counts.unseen + 1 });
    clearTimeout(this.#later);
    this.#later = setTimeout(() => void this.refresh(), this.random() * SHARED_JITTER_MS);
  }

  /** Cancels a scheduled fetch. */
  dispose(): void {
    clearTimeout(this.#later);
  }

  #set(counts: Counts): void {
    this.#counts = counts;
    this.changed();
  }
}

/** How often the person's own rows had changed when the counts were taken. */
function changesIn({ rev }: Counts): number {
  return Number(rev.split('.')[0]);
}
