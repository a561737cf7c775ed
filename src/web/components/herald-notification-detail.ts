import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { NotificationAction, NotificationItem } from '../api/notification.js';
import { ApiProblem } from '../api/problem.js';
import { appLink } from '../app/app-link.js';
import type { People } from '../app/people.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import { fullTime } from '../i18n/time.js';
import type { NotificationCenter } from '../inbox/notification-center.js';
import { safeLink } from '../inbox/safe-link.js';
import { snoozeChoices } from '../inbox/snooze-choices.js';
import { controls } from '../styles/controls.js';
import { detailStyles } from '../styles/detail-styles.js';
import { placeBelow, popoverStyles } from '../styles/popover.js';
import './herald-icon.js';
import type { IconName } from './herald-icon.js';
import { TYPE_ICONS } from './herald-notification-summary.js';

/**
 * One notification in full, with its actions. Text only, never markup. Links only where {@link safeLink} allows them.
 * @fires close · problem with an {@link ApiProblem} · replaced with the item from the service
 */
@customElement('herald-notification-detail')
export class HeraldNotificationDetail extends LitElement {
  static override styles = [controls, popoverStyles, detailStyles];

  @property({ attribute: false }) item!: NotificationItem;
  @property({ attribute: false }) center!: NotificationCenter;
  @property({ attribute: false }) people!: People;
  @state() private busy = false;
  @query('[popover]') private snoozePanel!: HTMLElement;
  @query('.snooze') private snoozeOpener!: HTMLElement;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.people]);
  }

  async #do(work: () => Promise<void>, closes = false): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await work();
      if (closes) this.dispatchEvent(new Event('close'));
      else this.dispatchEvent(new CustomEvent('replaced', { detail: await this.center.api.get(this.item.id) }));
    } catch (fault) {
      const problem = fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
      this.dispatchEvent(new CustomEvent('problem', { detail: problem }));
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const { item } = this;
    return html`
      <div class="bar">
        <button
          class="button quiet icon back"
          aria-label=${t('detail.back')}
          @click=${() => this.dispatchEvent(new Event('close'))}
        >
          <herald-icon name="back"></herald-icon>
        </button>
        ${this.renderVerbs(item)}
        <button
          class="button quiet icon close"
          aria-label=${t('detail.close')}
          @click=${() => this.dispatchEvent(new Event('close'))}
        >
          <herald-icon name="close"></herald-icon>
        </button>
      </div>
      <article>
        <div class="chips">
          <span class="chip"
            ><herald-icon name=${TYPE_ICONS[item.type] ?? 'info'}></herald-icon>${tValue('type', item.type)}</span
          >
          <span class="chip ${item.priority}">${tValue('priority', item.priority)}</span>
          ${item.category === item.type ? nothing : html`<span class="chip">${tValue('category', item.category)}</span>`}
        </div>
        <h1>${item.title}</h1>
        <p class="meta">
          ${item.actorId === null ? nothing : html`${t('detail.from')} <strong>${this.people.nameOf(item.actorId)}</strong> · `}
          <time datetime=${item.createdAt}>${fullTime(item.createdAt)}</time>
        </p>
        ${
          item.content === null || item.content === ''
            ? html`<p class="content quiet-text">${t('detail.noContent')}</p>`
            : html`<p class="content">${item.content}</p>`
        }
        ${item.requiresAck ? this.renderAck(item) : nothing} ${this.renderActions(item)} ${this.renderFacts(item)}
      </article>
    `;
  }

  private renderVerbs(item: NotificationItem) {
    const { center } = this;
    const archived = item.archivedAt !== null;
    const snoozed = item.snoozedUntil !== null;
    const needsAck = item.requiresAck && item.ackedAt === null;
    return html`
      ${this.renderVerb(item.isRead ? 'unread' : 'read', item.isRead ? 'unread' : 'check', () =>
        this.#do(() => center.change(item.id, item.isRead ? 'unread' : 'read'), item.isRead),
      )}
      ${this.renderVerb(
        archived ? 'unarchive' : 'archive',
        archived ? 'unarchive' : 'archive',
        () => this.#do(() => center.change(item.id, archived ? 'unarchive' : 'archive'), true),
        needsAck,
      )}
      ${
        snoozed
          ? this.renderVerb('unsnooze', 'clock', () => this.#do(() => center.change(item.id, 'unsnooze')))
          : html`<button class="button quiet snooze" popovertarget="snooze" ?disabled=${this.busy || archived}>
                <herald-icon name="clock"></herald-icon><span class="word">${t('action.snooze')}</span>
              </button>
              <div id="snooze" popover @toggle=${() => placeBelow(this.snoozePanel, this.snoozeOpener)}>
                ${snoozeChoices(new Date()).map(
                  ({ key, until }) =>
                    html`<button
                      class="button quiet choice"
                      @click=${() => void this.#do(() => center.snooze(item.id, until), true)}
                    >
                      <span>${t(`snooze.${key}`)}</span><span class="hint">${fullTime(until.toISOString())}</span>
                    </button>`,
                )}
              </div>`
      }
      ${this.renderVerb('delete', 'trash', () => this.#do(() => center.remove(item.id), true), needsAck)}
    `;
  }

  private renderVerb(
    verb: 'read' | 'unread' | 'archive' | 'unarchive' | 'unsnooze' | 'delete',
    icon: IconName,
    run: () => Promise<void>,
    needsAck = false,
  ) {
    const text = t(`action.${verb}`);
    const title = needsAck ? t('detail.ackFirst') : text;
    return html`<button
      class="button quiet verb-${verb}"
      title=${title}
      ?disabled=${this.busy || needsAck}
      @click=${() => void run()}
    >
      <herald-icon name=${icon}></herald-icon><span class="word">${text}</span>
    </button>`;
  }

  private renderAck(item: NotificationItem) {
    if (item.ackedAt !== null) {
      return html`<p class="note good">
        <herald-icon name="check"></herald-icon>${t('detail.acked', { time: fullTime(item.ackedAt) })}
      </p>`;
    }
    return html`<div class="note warn ack">
      <herald-icon name="stamp"></herald-icon>
      <span>${t('detail.ackRequested')}</span>
      <button
        class="button primary acknowledge"
        ?disabled=${this.busy}
        @click=${() => void this.#do(() => this.center.change(item.id, 'ack'))}
      >
        ${t('action.ack')}
      </button>
    </div>`;
  }

  private renderActions(item: NotificationItem) {
    const inside = appLink(item.link, document.baseURI);
    const link = inside ?? safeLink(item.link, document.baseURI);
    const { actions } = item;
    if (link === null && actions.length === 0) return nothing;
    return html`<div class="actions">
      ${actions.map((action, index) => this.renderAction(action, index === 0))}
      ${
        link === null
          ? nothing
          : html`<a class="button ${actions.length === 0 ? 'primary' : ''}" href=${link} rel="noopener noreferrer">
              <herald-icon name="link"></herald-icon>${t('action.openLink')}
            </a>`
      }
    </div>`;
  }

  private renderAction(action: NotificationAction, primary: boolean) {
    const address = appLink(action.href, document.baseURI) ?? safeLink(action.href, document.baseURI);
    if (address === null) return nothing;
    return html`<a class="button ${primary ? 'primary' : ''}" href=${address} rel="noopener noreferrer"
      >${action.label}</a
    >`;
  }

  private renderFacts(item: NotificationItem) {
    const facts: readonly (readonly [string, string | null])[] = [
      [t('detail.related'), item.relatedType === null ? null : `${item.relatedType} ${item.relatedId ?? ''}`],
      [t('detail.audience'), audienceText(item.audience)],
      [t('detail.expires'), item.expiresAt === null ? null : fullTime(item.expiresAt)],
      [t('detail.read'), item.readAt === null ? null : fullTime(item.readAt)],
      [t('detail.id'), item.id],
    ];
    return html`<dl>
      ${facts.map(([name, value]) =>
        value === null
          ? nothing
          : html`<dt>${name}</dt>
              <dd class=${name === t('detail.id') ? 'mono' : ''}>${value}</dd>`,
      )}
    </dl>`;
  }
}

/** The audience in words: the reader alone, the tenant, a role, … An unknown key is shown as it is. */
function audienceText(audience: string): string {
  if (audience.startsWith('role:')) return t('audience.role', { name: tValue('role', audience.slice('role:'.length)) });
  return tValue('audience', audience);
}
