import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { NotificationItem, NotificationType } from '../api/notification.js';
import { ClockController } from '../reactive/clock-controller.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import { fullTime, relativeTime } from '../i18n/time.js';
import { controls } from '../styles/controls.js';
import type { IconName } from './herald-icon.js';
import './herald-icon.js';

export const TYPE_ICONS: Readonly<Record<NotificationType, IconName>> = {
  system: 'system',
  approval: 'stamp',
  task: 'task',
  message: 'message',
  alert: 'alert',
};

/** A notification in three rows: title and age, the start of its text, chips. Text only, never markup. */
@customElement('herald-notification-summary')
export class HeraldNotificationSummary extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: 34px minmax(0, 1fr);
        gap: 2px 10px;
        overflow-wrap: anywhere;
      }
      .type-icon {
        position: relative;
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        border-radius: 9px;
        background: var(--surface-3);
        color: var(--text-2);
        grid-row: span 3;
      }
      .type-icon.urgent {
        background: var(--bad-soft);
        color: var(--bad);
      }
      .type-icon.high {
        background: var(--warn-soft);
        color: var(--warn);
      }
      .type-icon.unread::after {
        content: '';
        position: absolute;
        top: -3px;
        right: -3px;
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: var(--accent);
        border: 2px solid var(--surface);
      }
      .first {
        display: flex;
        align-items: baseline;
        gap: 10px;
        min-width: 0;
      }
      .title {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--text-2);
      }
      .title.unread {
        color: var(--text);
        font-weight: 650;
      }
      time {
        flex: none;
        color: var(--text-3);
        font-size: 12.5px;
      }
      .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--text-3);
        font-size: 13px;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 5px;
        margin-top: 3px;
      }
      .chips:empty {
        display: none;
      }
    `,
  ];

  @property({ attribute: false }) item!: NotificationItem;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
    new ClockController(this);
  }

  override render() {
    const { item } = this;
    const state = item.isRead ? '' : 'unread';
    return html`
      <span class="type-icon ${item.priority} ${state}"
        ><herald-icon name=${TYPE_ICONS[item.type] ?? 'info'}></herald-icon
      ></span>
      <span class="first">
        <span class="title ${state}"
          >${item.isRead ? nothing : html`<span class="visually-hidden">${t('item.unread')}: </span>`}${item.title}</span
        >
        <time datetime=${item.createdAt} title=${fullTime(item.createdAt)}
          >${relativeTime(item.createdAt, Date.now())}</time
        >
      </span>
      <span class="text">${item.content ?? ''}</span>
      <span class="chips">${this.renderChips(item)}</span>
    `;
  }

  private renderChips(item: NotificationItem) {
    return [
      item.priority === 'urgent' || item.priority === 'high'
        ? html`<span class="chip ${item.priority}">${t(`priority.${item.priority}`)}</span>`
        : nothing,
      item.category === item.type ? nothing : html`<span class="chip">${tValue('category', item.category)}</span>`,
      item.collapseCount > 1
        ? html`<span class="chip number">${t('item.collapsed', { n: item.collapseCount })}</span>`
        : nothing,
      item.requiresAck && item.ackedAt === null
        ? html`<span class="chip high">${t('item.ackRequested')}</span>`
        : nothing,
      item.snoozedUntil === null
        ? nothing
        : html`<span class="chip">${t('item.snoozedUntil', { time: fullTime(item.snoozedUntil) })}</span>`,
    ];
  }
}
