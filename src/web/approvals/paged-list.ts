import type { Page } from '../api/notification.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import { SingleFlight } from '../api/single-flight.js';
import { Observed } from '../reactive/observed.js';

/** Above this many items a refresh returns to the first page. */
const MAX_KEPT = 500;

/** A list fetched in pages, newest first. The newest call wins. The old items stay until its response. */
export class PagedList<T extends { readonly id: string }> extends Observed {
  #items: readonly T[] = [];
  #cursor: string | null = null;
  #problem: ApiProblem | null = null;
  #isLoading = false;
  #isLoaded = false;
  #request = 0;
  readonly #refreshing = new SingleFlight(() => this.#refresh());

  constructor(private readonly fetchPage: (limit: number, cursor?: string) => Promise<Page<T>>) {
    super();
  }

  get items(): readonly T[] {
    return this.#items;
  }
  get hasMore(): boolean {
    return this.#cursor !== null;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }
  /** Whether it was fetched at least once. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  get problem(): ApiProblem | null {
    return this.#problem;
  }

  /** Fetches as many items as are shown, in one page of 20 to 100. Never throws: see {@link problem}. */
  refresh(): Promise<void> {
    return this.#refreshing.run();
  }

  async #refresh(): Promise<void> {
    const limit = this.#items.length > MAX_KEPT ? 20 : Math.min(100, Math.max(20, this.#items.length));
    await this.#load(
      () => this.fetchPage(limit),
      (page) => page.items,
    );
  }

  /** Fetches the next page without repeating items. */
  async loadMore(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null || this.#isLoading) return;
    await this.#load(
      () => this.fetchPage(20, cursor),
      (page) => {
        const known = new Set(this.#items.map(({ id }) => id));
        return [...this.#items, ...page.items.filter(({ id }) => !known.has(id))];
      },
    );
  }

  async #load(fetchPage: () => Promise<Page<T>>, accept: (page: Page<T>) => readonly T[]): Promise<void> {
    const request = ++this.#request;
    this.#isLoading = true;
    this.changed();
    try {
      const page = await fetchPage();
      if (request !== this.#request) return;
      this.#items = accept(page);
      this.#cursor = page.hasMore ? page.nextCursor : null;
      this.#isLoaded = true;
      this.#problem = null;
    } catch (fault) {
      if (request !== this.#request) return;
      this.#problem = asProblem(fault);
    }
    this.#isLoading = false;
    this.changed();
  }
}
