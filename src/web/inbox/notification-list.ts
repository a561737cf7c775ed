import { Observed } from '../reactive/observed.js';
import type { InboxFilter, NotificationItem } from '../api/notification.js';
import type { NotificationsApi } from '../api/notifications-api.js';
import { ApiProblem } from '../api/problem.js';
import { applyChange } from './inbox-change.js';
import type { InboxChange } from './inbox-change.js';

const REFRESH_SOON_MS = 300;
/** Above this many items a list is fetched again instead of growing. */
const MAX_ITEMS = 1_000;

/**
 * One filtered list of the inbox: fetched pages that changes keep current. Changes that arrive during a fetch are applied
 * on top of its response, so that none is missed.
 */
export class NotificationList extends Observed {
  #items: readonly NotificationItem[] = [];
  #filter: InboxFilter;
  #cursor: string | null = null;
  #problem: ApiProblem | null = null;
  #loading: 'none' | 'first' | 'more' = 'none';
  #loaded = false;
  #request = 0;
  #changesDuringFetch: InboxChange[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: NotificationsApi,
    filter: InboxFilter,
    private readonly pageSize: number,
  ) {
    super();
    this.#filter = filter;
  }

  get items(): readonly NotificationItem[] {
    return this.#items;
  }
  get filter(): InboxFilter {
    return this.#filter;
  }
  get hasMore(): boolean {
    return this.#cursor !== null;
  }
  get loading(): 'none' | 'first' | 'more' {
    return this.#loading;
  }
  /** Whether the list was fetched at least once with this filter. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get problem(): ApiProblem | null {
    return this.#problem;
  }

  async setFilter(filter: InboxFilter): Promise<void> {
    this.#filter = filter;
    this.#items = [];
    this.#cursor = null;
    this.#loaded = false;
    await this.refresh();
  }

  /** Fetches the first page. The newest call wins. */
  async refresh(): Promise<void> {
    clearTimeout(this.#soon);
    const request = ++this.#request;
    this.#changesDuringFetch = [];
    this.#loading = 'first';
    this.changed();
    await this.#settle(request, async () => {
      const page = await this.api.list(this.#filter, this.pageSize);
      return () => {
        this.#items = this.#changesDuringFetch.reduce<readonly NotificationItem[]>(
          (items, change) => applyChange(items, change, this.#filter).items,
          page.items,
        );
        this.#cursor = page.hasMore ? page.nextCursor : null;
        this.#loaded = true;
      };
    });
  }

  /** Fetches the next page. Items that moved since then are not repeated. */
  async loadMore(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null || this.#loading !== 'none') return;
    const request = ++this.#request;
    this.#loading = 'more';
    this.changed();
    await this.#settle(request, async () => {
      const page = await this.api.list(this.#filter, this.pageSize, cursor);
      return () => {
        const known = new Set(this.#items.map((item) => item.id));
        this.#items = [...this.#items, ...page.items.filter((item) => !known.has(item.id))];
        this.#cursor = page.hasMore ? page.nextCursor : null;
      };
    });
  }

  apply(change: InboxChange): void {
    if (this.#loading === 'first') this.#changesDuringFetch.push(change);
    const { items, stale } = applyChange(this.#items, change, this.#filter);
    if (stale || items.length > MAX_ITEMS || this.#changesDuringFetch.length > MAX_ITEMS) this.#refreshSoon();
    if (items === this.#items) return;
    this.#items = items;
    this.changed();
  }

  #refreshSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.refresh(), REFRESH_SOON_MS);
  }

  async #settle(request: number, fetchPage: () => Promise<() => void>): Promise<void> {
    try {
      const accept = await fetchPage();
      if (request !== this.#request) return;
      accept();
      this.#problem = null;
    } catch (fault) {
      if (request !== this.#request) return;
      this.#problem = fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
    }
    this.#loading = 'none';
    this.#changesDuringFetch = [];
    this.changed();
  }
}
