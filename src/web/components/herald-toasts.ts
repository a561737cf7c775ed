import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { NotificationItem } from '../api/notification.js';
import { appLink } from '../app/app-link.js';
import { inboxAddress } from '../app/page-route.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { NotificationCenter } from '../inbox/notification-center.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';
import './herald-notification-summary.js';

const SHOWN_MS = 7_000;
const MAX_SHOWN = 3;

/**
 * Announces new notifications: for 7 s, or as long as the pointer or the focus is on them. Screen readers read them
 * politely, urgent ones at once. Many at a time become a count.
 */
@customElement('herald-toasts')
export class HeraldToasts extends LitElement {
  static override styles = [
    controls,
    css`
      .stack {
        position: fixed;
        right: 16px;
        bottom: calc(16px + var(--tabbar-height));
        z-index: 20;
        display: grid;
        gap: 10px;
        width: min(380px, calc(100vw - 32px));
      }
      .toast {
        position: relative;
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        background: var(--surface);
        border: 1px solid var(--border);
        border-radius: var(--radius);
        box-shadow: var(--shadow-2);
        animation: rise var(--motion, 180ms) ease-out;
        overflow: hidden;
      }
      .toast.urgent {
        border-left: 4px solid var(--bad);
      }
      .toast a {
        padding: 12px 4px 12px 14px;
        color: inherit;
        text-decoration: none;
      }
      .toast a:focus-visible {
        outline-offset: -3px;
      }
      .toast .button {
        margin: 6px 6px 0 0;
      }
      .more {
        justify-self: end;
        padding: 3px 10px;
        border-radius: 999px;
        background: var(--text);
        color: var(--bg);
        font-size: 12.5px;
        font-weight: 600;
      }
      @keyframes rise {
        from {
          transform: translateY(8px);
          opacity: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) center!: NotificationCenter;
  @state() private shown: readonly NotificationItem[] = [];
  @state() private hiddenCount = 0;
  @state() private polite = '';
  @state() private urgent = '';
  #unsubscribe: (() => void) | undefined;
  #followed: NotificationCenter | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = false;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override willUpdate(): void {
    if (this.#followed === this.center) return;
    this.#unsubscribe?.();
    this.#followed = this.center;
    this.shown = [];
    this.#unsubscribe = this.center.onArrival((item) => this.#show(item));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#followed = undefined;
    clearTimeout(this.#timer);
  }

  #show(item: NotificationItem): void {
    const all = [item, ...this.shown];
    this.hiddenCount += Math.max(0, all.length - MAX_SHOWN);
    this.shown = all.slice(0, MAX_SHOWN);
    const text = t('toast.new', { title: item.title });
    if (item.priority === 'urgent') this.urgent = text;
    else this.polite = text;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isPaused || this.shown.length === 0) return;
    this.#timer = setTimeout(() => this.#clear(), SHOWN_MS);
  }

  #clear(): void {
    this.shown = [];
    this.hiddenCount = 0;
    this.polite = '';
    this.urgent = '';
  }

  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#schedule();
  }

  #dismiss(id: string): void {
    this.shown = this.shown.filter((item) => item.id !== id);
    if (this.shown.length === 0) this.#clear();
  }

  override render() {
    return html`
      <div class="visually-hidden" role="status" aria-live="polite">${this.polite}</div>
      <div class="visually-hidden" role="alert" aria-live="assertive">${this.urgent}</div>
      <div
        class="stack"
        @pointerenter=${() => this.#pause(true)}
        @pointerleave=${() => this.#pause(false)}
        @focusin=${() => this.#pause(true)}
        @focusout=${() => this.#pause(false)}
      >
        ${this.hiddenCount > 0 ? html`<span class="more number">${t('toast.more', { n: this.hiddenCount })}</span>` : nothing}
        ${repeat(
          this.shown,
          (item) => item.id,
          (item) => this.renderToast(item),
        )}
      </div>
    `;
  }

  private renderToast(item: NotificationItem) {
    const inside = appLink(item.link, document.baseURI);
    return html`<div class="toast ${item.priority}" data-id=${item.id}>
      <a
        href=${inside ?? inboxAddress(item.id)}
        @click=${() => {
          this.#dismiss(item.id);
          if (inside !== null) void this.center.markOpened(item);
        }}
      >
        <herald-notification-summary .item=${item}></herald-notification-summary>
      </a>
      <button class="button quiet icon" aria-label=${t('action.dismiss')} @click=${() => this.#dismiss(item.id)}>
        <herald-icon name="close"></herald-icon>
      </button>
    </div>`;
  }
}
