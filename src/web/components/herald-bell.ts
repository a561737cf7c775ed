import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { NotificationItem } from '../api/notification.js';
import { appLink } from '../app/app-link.js';
import { inboxAddress } from '../app/page-route.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { NotificationCenter } from '../inbox/notification-center.js';
import { controls } from '../styles/controls.js';
import { placeBelow, popoverStyles } from '../styles/popover.js';
import './herald-icon.js';
import './herald-notification-summary.js';

/** The bell: the number of unread notifications, and the newest ones in a panel. Opening the panel marks them as seen. */
@customElement('herald-bell')
export class HeraldBell extends LitElement {
  static override styles = [
    controls,
    popoverStyles,
    css`
      :host {
        display: inline-flex;
      }
      .bell {
        position: relative;
        margin-right: 8px;
        --icon-size: 20px;
        color: var(--text);
      }
      .badge {
        position: absolute;
        top: -3px;
        right: -8px;
        min-width: 18px;
        padding: 0 5px;
        border-radius: 9px;
        background: var(--text-3);
        color: var(--surface);
        font-size: 11px;
        font-weight: 700;
        line-height: 18px;
        text-align: center;
        box-shadow: 0 0 0 2px var(--surface);
      }
      .badge.unseen {
        background: var(--bad-fill);
        color: #fff;
      }
      [popover] {
        width: 400px;
      }
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 10px 8px 10px 16px;
        border-bottom: 1px solid var(--border);
      }
      .list {
        max-height: min(60vh, 520px);
        overflow: auto;
        padding: 6px;
      }
      .item {
        display: block;
        padding: 9px 10px;
        border-radius: var(--radius-small);
        color: inherit;
        text-decoration: none;
      }
      .item:hover {
        background: var(--surface-3);
      }
      .item:focus-visible {
        outline-offset: -2px;
      }
      .empty {
        padding: 32px 16px;
        text-align: center;
        color: var(--text-3);
      }
      .all {
        display: block;
        padding: 11px;
        border-top: 1px solid var(--border);
        text-align: center;
        font-weight: 550;
        text-decoration: none;
      }
      .all:focus-visible {
        outline-offset: -3px;
      }
    `,
  ];

  @property({ attribute: false }) center!: NotificationCenter;
  @state() private open = false;
  @query('[popover]') private panel!: HTMLElement;
  @query('.bell') private opener!: HTMLElement;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.center.counts, this.center.latest]);
  }

  readonly #toggled = (event: ToggleEvent): void => {
    this.open = event.newState === 'open';
    if (!this.open) return;
    placeBelow(this.panel, this.opener);
    void this.center.markSeen(this.center.latest.items).catch(() => {
      // This only syncs other devices. The next opening retries.
    });
  };

  override render() {
    const { unread, unseen, capped } = this.center.counts.current;
    const label = unread === 0 ? t('bell.none') : t('bell.some', { n: unread, shown: countText(unread, capped) });
    return html`
      <button class="button quiet icon bell" popovertarget="latest" aria-label=${label} title=${label}>
        <herald-icon name="bell"></herald-icon>
        ${
          unread === 0
            ? nothing
            : html`<span class="badge number ${unseen > 0 ? 'unseen' : ''}" aria-hidden="true"
                >${countText(unread, capped)}</span
              >`
        }
      </button>
      <div id="latest" popover role="dialog" aria-label=${t('bell.title')} @toggle=${this.#toggled}>
        ${this.open ? this.renderPanel(unread) : nothing}
      </div>
    `;
  }

  private renderPanel(unread: number) {
    const { items } = this.center.latest;
    return html`
      <div class="head">
        <h2>${t('bell.title')}</h2>
        <button class="button quiet" ?disabled=${unread === 0} @click=${() => void this.center.readAll('')}>
          <herald-icon name="check-all"></herald-icon>${t('inbox.readAll')}
        </button>
      </div>
      ${
        items.length === 0
          ? html`<p class="empty">${t('bell.empty')}</p>`
          : html`<div class="list">
              ${repeat(
                items,
                (item) => item.id,
                (item) => this.renderItem(item),
              )}
            </div>`
      }
      <a class="all" href="#/inbox" @click=${() => this.panel.hidePopover()}>${t('bell.all')}</a>
    `;
  }

  private renderItem(item: NotificationItem) {
    const inside = appLink(item.link, document.baseURI);
    return html`<a
      class="item"
      href=${inside ?? inboxAddress(item.id)}
      @click=${() => {
        this.panel.hidePopover();
        if (inside !== null) void this.center.markOpened(item);
      }}
    >
      <herald-notification-summary .item=${item}></herald-notification-summary>
    </a>`;
  }
}

function countText(count: number, capped: boolean): string {
  return capped || count > 999 ? '999+' : String(count);
}
