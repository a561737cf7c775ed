import { Observed } from './observed.js';

export type PageName = 'inbox' | 'send' | 'connection' | 'online';
const PAGE_NAMES: readonly string[] = ['inbox', 'send', 'connection', 'online'];

/** The page in the address: `#/inbox`, `#/inbox/<id>`, `#/send`, … so that the service needs no route for it. */
export class PageRoute extends Observed {
  #page: PageName = 'inbox';
  #detail = '';

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
    return this.#detail;
  }

  #read(): void {
    const [page = '', detail = ''] = location.hash.replace(/^#\//, '').split('/');
    this.#page = PAGE_NAMES.includes(page) ? (page as PageName) : 'inbox';
    this.#detail = decode(detail);
    this.changed();
  }
}

/** The address of an opened notification. */
export function inboxAddress(id: string): string {
  return `#/inbox/${encodeURIComponent(id)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A mistyped address opens nothing.
    return '';
  }
}
