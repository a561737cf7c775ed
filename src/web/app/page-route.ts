import { Observed } from '../reactive/observed.js';

export type PageName = 'inbox' | 'approvals' | 'send' | 'connection' | 'online';
const PAGE_NAMES: readonly string[] = ['inbox', 'approvals', 'send', 'connection', 'online'];

/**
 * The page in the address: `#/inbox`, `#/inbox/<id>`, `#/approvals/tasks/<id>`, … It is in the fragment, so the service
 * needs no routes for the pages.
 */
export class PageRoute extends Observed {
  #page: PageName = 'inbox';
  #path: readonly string[] = [];

  constructor() {
    super();
    window.addEventListener('hashchange', () => this.#read());
    this.#read();
  }

  get page(): PageName {
    return this.#page;
  }

  /** What is open on the page, such as a notification's id. Empty for none. */
  get detail(): string {
    return this.#path[0] ?? '';
  }

  /** Everything after the page's name. */
  get path(): readonly string[] {
    return this.#path;
  }

  #read(): void {
    const [page = '', ...path] = location.hash.replace(/^#\//, '').split('/');
    this.#page = PAGE_NAMES.includes(page) ? (page as PageName) : 'inbox';
    this.#path = path.map(decode);
    this.changed();
  }
}

/** The address of a notification. */
export function inboxAddress(id: string): string {
  return `#/inbox/${encodeURIComponent(id)}`;
}

/** The address of a request, by the id of one of its tasks or by its own id. */
export function requestAddress(kind: 'tasks' | 'instances', id: string): string {
  return `#/approvals/${kind}/${encodeURIComponent(id)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Malformed escapes open nothing.
    return '';
  }
}
