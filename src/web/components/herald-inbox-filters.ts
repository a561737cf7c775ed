import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { INBOX_STATES, NOTIFICATION_TYPES, PRIORITIES } from '../api/notification.js';
import type { InboxFilter } from '../api/notification.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import type { NotificationCenter } from '../inbox/notification-center.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';

const TYPING_MS = 250;

/**
 * The filters of the inbox.
 * @fires filter with the wanted {@link InboxFilter} · read-all
 */
@customElement('herald-inbox-filters')
export class HeraldInboxFilters extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--border);
        flex: none;
        container-type: inline-size;
      }
      .states {
        display: flex;
        align-items: center;
        gap: 2px;
        padding: 8px 8px 0;
        overflow-x: auto;
        scrollbar-width: none;
      }
      .state {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        padding: 6px 10px;
        border: 0;
        border-radius: var(--radius-small);
        background: transparent;
        color: var(--text-2);
        font-weight: 550;
        white-space: nowrap;
        cursor: pointer;
      }
      .state:hover {
        background: var(--surface-3);
      }
      .state[aria-pressed='true'] {
        background: var(--accent-soft);
        color: var(--accent);
      }
      .state:focus-visible {
        outline-offset: -2px;
      }
      .count {
        font-size: 12px;
        font-weight: 650;
      }
      .criteria {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        padding: 8px 12px 10px;
      }
      .search {
        position: relative;
        flex: 1 1 120px;
        min-width: 0;
      }
      .search herald-icon {
        position: absolute;
        left: 10px;
        top: 50%;
        transform: translateY(-50%);
        color: var(--text-3);
        --icon-size: 16px;
      }
      .search .input {
        padding-left: 33px;
      }
      select.input {
        width: auto;
        max-width: 140px;
        flex: 0 1 auto;
      }
      .read-all {
        margin-left: auto;
      }
      /* In a narrow list the button shows only its icon, and stays visible. */
      @container (max-width: 600px) {
        .button.read-all {
          position: sticky;
          right: -8px;
          padding: 0 18px 0 10px;
          border-radius: 0;
          background: var(--surface);
          box-shadow: -8px 0 8px var(--surface);
        }
        .read-all .word {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @media (max-width: 720px) {
        .criteria select.input {
          flex: 1 1 0;
          max-width: none;
          min-width: 0;
          text-overflow: ellipsis;
        }
        .search {
          flex-basis: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) center!: NotificationCenter;
  @state() private typed = '';
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.center.page, this.center.counts]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  #updateFilter(change: Partial<InboxFilter>): void {
    const detail: InboxFilter = { ...this.center.page.filter, q: this.typed.trim(), ...change };
    this.dispatchEvent(new CustomEvent('filter', { detail }));
  }

  readonly #onTyped = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#updateFilter({}), TYPING_MS);
  };

  override render() {
    const { filter } = this.center.page;
    const { unread, byCategory } = this.center.counts.current;
    const categories = Object.keys(byCategory).toSorted();
    if (filter.category !== '' && !categories.includes(filter.category)) categories.unshift(filter.category);
    return html`
      <div class="states" role="group" aria-label=${t('filter.state')}>
        ${INBOX_STATES.map(
          (name) =>
            html`<button
              class="state"
              data-state=${name}
              aria-pressed=${filter.state === name}
              @click=${() => this.#updateFilter({ state: name })}
            >
              ${t(`filter.${name}`)}${
                name === 'unread' && unread > 0
                  ? html`<span class="count number">${unread > 999 ? '999+' : unread}</span>`
                  : nothing
              }
            </button>`,
        )}
        <button
          class="button quiet read-all"
          title=${t('inbox.readAll')}
          ?disabled=${unread === 0}
          @click=${() => this.dispatchEvent(new Event('read-all'))}
        >
          <herald-icon name="check-all"></herald-icon><span class="word">${t('inbox.readAll')}</span>
        </button>
      </div>
      <div class="criteria">
        <label class="search">
          <span class="visually-hidden">${t('filter.search')}</span>
          <herald-icon name="search"></herald-icon>
          <input
            class="input"
            type="search"
            maxlength="100"
            placeholder=${t('filter.search')}
            .value=${this.typed}
            @input=${this.#onTyped}
          />
        </label>
        ${this.renderSelect('priority', PRIORITIES, (value) => tValue('priority', value))}
        ${this.renderSelect('type', NOTIFICATION_TYPES, (value) => tValue('type', value))}
        ${
          categories.length === 0
            ? nothing
            : this.renderSelect('category', categories, (value) => tValue('category', value))
        }
      </div>
    `;
  }

  private renderSelect(
    name: 'priority' | 'type' | 'category',
    values: readonly string[],
    textOf: (value: string) => string,
  ) {
    const current = this.center.page.filter[name];
    return html`<select
      class="input"
      name=${name}
      aria-label=${t(`filter.${name}`)}
      @change=${(event: Event) => this.#updateFilter({ [name]: (event.target as HTMLSelectElement).value })}
    >
      <option value="" ?selected=${current === ''}>${t(`filter.any-${name}`)}</option>
      ${values.map((value) => html`<option value=${value} ?selected=${current === value}>${textOf(value)}</option>`)}
    </select>`;
  }
}
