import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { InboxFilter, NotificationItem } from '../api/notification.js';
import { ApiProblem } from '../api/problem.js';
import type { People } from '../app/people.js';
import { inboxAddress } from '../app/page-route.js';
import { WatchController } from '../reactive/watch-controller.js';
import { explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t } from '../i18n/language.js';
import { isNarrowed } from '../inbox/inbox-filter.js';
import type { NotificationCenter } from '../inbox/notification-center.js';
import { controls } from '../styles/controls.js';
import { emptyState } from '../styles/empty-state.js';
import { panes } from '../styles/panes.js';
import { inboxStyles } from '../styles/inbox-styles.js';
import './herald-icon.js';
import './herald-inbox-filters.js';
import './herald-notification-detail.js';
import './herald-notification-summary.js';

const SEEN_AFTER_MS = 800;

/**
 * The inbox page: filters, the list, and beside it the opened notification. On phones it covers the list.
 * Keys on the list: arrows or j/k move, Enter opens, e archives, u marks unread.
 */
@customElement('herald-inbox')
export class HeraldInbox extends LitElement {
  static override styles = [controls, panes, emptyState, inboxStyles];

  @property({ attribute: false }) center!: NotificationCenter;
  @property({ attribute: false }) people!: People;
  /** Id of the opened notification. Empty for none. */
  @property() openId = '';
  @state() private problem: ApiProblem | null = null;
  /** The opened item. It stays open when a filter or a change removes it from the list. */
  @state() private opened: NotificationItem | null = null;
  #seenTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.center, this.center.page]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#seenTimer);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const listed = this.center.page.items.find((item) => item.id === this.openId);
    if (this.openId === '') this.opened = null;
    else if (listed !== undefined) this.opened = listed;
    else if (this.opened?.id !== this.openId) this.opened = null;
    if (changed.has('openId') && this.openId !== '') void this.#open(this.openId);
  }

  override updated(): void {
    clearTimeout(this.#seenTimer);
    this.#seenTimer = setTimeout(() => void this.#markSeen(), SEEN_AFTER_MS);
  }

  async #markSeen(): Promise<void> {
    if (document.visibilityState !== 'visible') return;
    await this.center.markSeen(this.center.page.items).catch(() => {
      // This only syncs other devices. The next update of the list retries.
    });
  }

  async #open(id: string): Promise<void> {
    await this.#try(async () => {
      const item = await this.center.api.get(id);
      if (this.openId === id) this.opened = item;
      if (!item.isRead) await this.center.change(id, 'read');
      if (this.openId === id && this.opened?.id === id) this.opened = { ...this.opened, isRead: true };
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await work();
    } catch (fault) {
      this.problem = fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
    }
  }

  #close(): void {
    location.hash = '#/inbox';
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLAnchorElement>('.row')];
    const index = rows.indexOf((event.target as HTMLElement).closest<HTMLAnchorElement>('.row')!);
    const id = rows[index]?.dataset['id'];
    if (event.key === 'ArrowDown' || event.key === 'j') rows[Math.min(index + 1, rows.length - 1)]?.focus();
    else if (event.key === 'ArrowUp' || event.key === 'k') rows[Math.max(index - 1, 0)]?.focus();
    else if (event.key === 'e' && id !== undefined) {
      (rows[index + 1] ?? rows[index - 1])?.focus();
      void this.#try(() => this.center.change(id, 'archive'));
    } else if (event.key === 'u' && id !== undefined) void this.#try(() => this.center.change(id, 'unread'));
    else return;
    event.preventDefault();
  };

  override render() {
    const { page } = this.center;
    return html`
      <div class="frame ${this.openId === '' ? '' : 'reading'}">
        <section class="card list-pane" aria-label=${t('inbox.title')}>
          <herald-inbox-filters
            .center=${this.center}
            @filter=${(event: CustomEvent<InboxFilter>) => void page.setFilter(event.detail)}
            @read-all=${() => void this.#try(() => this.center.readAll(page.filter.category))}
          ></herald-inbox-filters>
          ${this.renderUndo()} ${this.renderProblem(this.problem ?? page.problem)} ${this.renderList()}
        </section>
        <section class="card detail-pane" aria-label=${t('detail.title')}>
          ${
            this.opened === null
              ? html`<div class="nothing">
                  <herald-icon name="inbox"></herald-icon>
                  <p>${this.openId === '' ? t('detail.none') : t('state.loading')}</p>
                  <p class="hint keys">${t('inbox.keys')}</p>
                </div>`
              : html`<herald-notification-detail
                  .item=${this.opened}
                  .center=${this.center}
                  .people=${this.people}
                  @close=${() => this.#close()}
                  @problem=${(event: CustomEvent<ApiProblem>) => (this.problem = event.detail)}
                  @replaced=${(event: CustomEvent<NotificationItem>) => (this.opened = event.detail)}
                ></herald-notification-detail>`
          }
        </section>
      </div>
    `;
  }

  private renderUndo() {
    if (this.center.undo === null) return nothing;
    return html`<div class="note good undo" role="status">
      <herald-icon name="check-all"></herald-icon>
      <span>${t('inbox.allRead')}</span>
      <button class="button undo-button" @click=${() => void this.#try(() => this.center.undoReadAll())}>
        <herald-icon name="undo"></herald-icon>${t('action.undo')}
      </button>
      <button class="button quiet icon" aria-label=${t('action.dismiss')} @click=${() => this.center.forgetUndo()}>
        <herald-icon name="close"></herald-icon>
      </button>
    </div>`;
  }

  private renderProblem(problem: ApiProblem | null) {
    if (problem === null) return nothing;
    return html`<div class="note bad undo" role="alert">
      <herald-icon name="alert"></herald-icon>
      <span>${explainProblem(problem)}</span>
      <button
        class="button"
        @click=${() => {
          this.problem = null;
          void this.center.refresh();
        }}
      >
        ${t('action.tryAgain')}
      </button>
    </div>`;
  }

  private renderList() {
    const { page } = this.center;
    if (!page.loaded && page.problem === null) return html`<p class="nothing" role="status">${t('state.loading')}</p>`;
    if (page.items.length === 0) {
      return html`<div class="nothing">
        <herald-icon name="check"></herald-icon>
        <p>${t(isNarrowed(page.filter) ? 'empty.filtered' : `empty.${page.filter.state}`)}</p>
      </div>`;
    }
    return html`<div class="scroll">
      <ul class="rows" aria-busy=${page.loading === 'first'} @keydown=${this.#onKey}>
        ${repeat(
          page.items,
          (item) => item.id,
          (item) => this.renderRow(item),
        )}
      </ul>
      ${
        page.hasMore
          ? html`<button
              class="button quiet more"
              ?disabled=${page.loading !== 'none'}
              @click=${() => void page.loadMore()}
            >
              ${page.loading === 'more' ? t('state.loading') : t('inbox.more')}
            </button>`
          : html`<p class="end hint">${t('inbox.end')}</p>`
      }
    </div>`;
  }

  private renderRow(item: NotificationItem) {
    const isArchived = item.archivedAt !== null;
    return html`<li class="item ${item.priority}">
      <a
        class="row"
        data-id=${item.id}
        href=${inboxAddress(item.id)}
        aria-current=${item.id === this.openId ? 'true' : nothing}
      >
        <herald-notification-summary .item=${item}></herald-notification-summary>
      </a>
      <span class="quick">
        ${this.renderQuick(item, item.isRead ? 'unread' : 'read', item.isRead ? 'unread' : 'check')}
        ${this.renderQuick(item, isArchived ? 'unarchive' : 'archive', isArchived ? 'unarchive' : 'archive')}
      </span>
    </li>`;
  }

  private renderQuick(
    item: NotificationItem,
    operation: 'read' | 'unread' | 'archive' | 'unarchive',
    icon: 'unread' | 'check' | 'archive' | 'unarchive',
  ) {
    const label = t(`action.${operation}`);
    return html`<button
      class="button quiet icon"
      aria-label=${`${label}: ${item.title}`}
      title=${label}
      @click=${() => void this.#try(() => this.center.change(item.id, operation))}
    >
      <herald-icon name=${icon}></herald-icon>
    </button>`;
  }
}
