import { Observed } from '../reactive/observed.js';

export type PageName = 'inbox' | 'approvals' | 'send' | 'connection' | 'online';
const PAGE_NAMES: readonly string[] = ['inbox', 'approvals', 'send', 'connection', 'online'];

/** The page in the address: `#/inbox`, `#/inbox/<id>`, `#/approvals/tasks/<id>`, … so that the service needs no route for it. */
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

  /** What is opened on the page, e.g. a notification's id; empty for none. */
  get detail(): string {
    return this.#path[0] ?? '';
  }

  /** Everything behind the page's name. */
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

/** The address of an opened notification. */
export function inboxAddress(id: string): string {
  return `#/inbox/${encodeURIComponent(id)}`;
}

/** The address of an opened request, by the id of a task or of the request itself. */
export function caseAddress(kind: 'tasks' | 'instances', id: string): string {
  return `#/approvals/${kind}/${encodeURIComponent(id)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A mistyped address opens nothing.
    return '';
  }
}
