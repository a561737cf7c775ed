import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { HistoryCheck } from '../api/approval.js';
import { WatchController } from '../reactive/watch-controller.js';
import type { RequestDetails } from '../approvals/request-store.js';
import { timelineOf } from '../approvals/timeline.js';
import type { TimelineItem } from '../approvals/timeline.js';
import { localizedName } from '../approvals/localized-name.js';
import { en } from '../i18n/en.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { fullTime } from '../i18n/time.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';
import type { IconName } from './herald-icon.js';
import { statusChip } from './status-chip.js';

const ICONS: Readonly<Record<string, { readonly icon: IconName; readonly tone: string }>> = {
  start: { icon: 'send', tone: 'info' },
  resubmit: { icon: 'send', tone: 'info' },
  approve: { icon: 'check', tone: 'good' },
  auto_approve: { icon: 'check', tone: 'good' },
  reject: { icon: 'close', tone: 'bad' },
  auto_reject: { icon: 'close', tone: 'bad' },
  return: { icon: 'undo', tone: 'warn' },
  withdraw: { icon: 'undo', tone: '' },
  cancel: { icon: 'close', tone: '' },
  transfer: { icon: 'forward', tone: '' },
  delegate: { icon: 'people', tone: '' },
  resolve: { icon: 'undo', tone: '' },
  comment: { icon: 'message', tone: '' },
  complete: { icon: 'check', tone: 'good' },
};

/** The history of a request, and whether it is unaltered. */
@customElement('herald-request-history')
export class HeraldRequestHistory extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      .check {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        color: var(--good);
        font-size: 13px;
        font-weight: 550;
        --icon-size: 16px;
      }
      .check.broken {
        color: var(--bad);
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 26px minmax(0, 1fr);
        gap: 2px 12px;
        padding-bottom: 16px;
      }
      li:last-child {
        padding-bottom: 0;
      }
      li:not(:last-child)::before {
        content: '';
        position: absolute;
        left: 12px;
        top: 28px;
        bottom: 2px;
        width: 2px;
        background: var(--border);
      }
      .event-icon {
        display: grid;
        place-items: center;
        width: 26px;
        height: 26px;
        border-radius: 50%;
        background: var(--surface-3);
        color: var(--text-2);
        --icon-size: 15px;
      }
      .event-icon.good {
        background: var(--good-soft);
        color: var(--good);
      }
      .event-icon.bad {
        background: var(--bad-soft);
        color: var(--bad);
      }
      .event-icon.warn {
        background: var(--warn-soft);
        color: var(--warn);
      }
      .event-icon.info {
        background: var(--accent-soft);
        color: var(--accent);
      }
      .first {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0 12px;
        padding-top: 3px;
        overflow-wrap: anywhere;
      }
      time {
        color: var(--text-3);
        font-size: 12.5px;
      }
      .more {
        grid-column: 2;
        color: var(--text-2);
        font-size: 13px;
        overflow-wrap: anywhere;
      }
      blockquote {
        grid-column: 2;
        margin: 2px 0 0;
        padding: 6px 11px;
        border-left: 3px solid var(--border);
        background: var(--surface-2);
        border-radius: 0 var(--radius-small) var(--radius-small) 0;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) shown!: RequestDetails;
  @property({ attribute: false }) nameOf!: (id: string) => string;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override render() {
    const { history, check, historyIsTruncated } = this.shown;
    return html`
      <div class="head">
        <h2>${t('history.title')}</h2>
        ${check === null ? nothing : this.renderCheck(check)}
      </div>
      ${
        history.length === 0
          ? html`<p class="quiet-text">${t('history.empty')}</p>`
          : html`<ol>
              ${timelineOf(history).map((item) => this.renderItem(item))}
            </ol>`
      }
      ${historyIsTruncated ? html`<p class="hint">${t('history.truncated', { n: history.length })}</p>` : nothing}
    `;
  }

  private renderCheck({ ok, rows, n }: HistoryCheck) {
    return html`<span class="check ${ok ? '' : 'broken'}" title=${t('history.checkHint')}>
      <herald-icon name=${ok ? 'shield' : 'alert'}></herald-icon>${
        ok ? t('history.intact', { n: rows ?? 0 }) : t('history.broken', { n: n ?? 0 })
      }
    </span>`;
  }

  private renderItem(item: TimelineItem) {
    const { icon, tone } = ICONS[item.action] ?? { icon: 'info' as const, tone: '' };
    const node = this.#node(item.nodeId);
    return html`<li data-action=${item.action}>
      <span class="event-icon ${tone}"><herald-icon name=${icon}></herald-icon></span>
      <span class="first">
        <span>
          ${this.#sentence(item)}
          ${item.action !== 'approve' || item.toStatus === null ? nothing : statusChip('instanceStatus', item.toStatus)}
          ${node === '' ? nothing : html`<span class="quiet-text">· ${node}</span>`}
        </span>
        <time datetime=${item.at}>${fullTime(item.at)}</time>
      </span>
      ${item.comment === null ? nothing : html`<blockquote>${item.comment}</blockquote>`}
      ${item.diff.length === 0 ? nothing : html`<span class="more">${this.#changedNames(item)}</span>`}
      ${item.opened.length === 0 ? nothing : html`<span class="more">${this.#assignees(item.opened)}</span>`}
    </li>`;
  }

  #sentence(item: TimelineItem): string {
    const key = `history.${item.action}`;
    const name = item.actorId.startsWith('system') ? t('person.system') : this.nameOf(item.actorId);
    const sentence =
      key in en ? t(key as TextKey, { name }) : t('history.other', { name, what: item.action.replaceAll('_', ' ') });
    return item.onBehalfOf === null
      ? sentence
      : `${sentence} (${t('task.onBehalf', { name: this.nameOf(item.onBehalfOf) })})`;
  }

  #changedNames({ action, diff }: TimelineItem): string {
    if (action === 'cc') return diff.map((id) => this.nameOf(id)).join(', ');
    const schema = this.shown.process?.formSchema?.properties;
    return diff.map((field) => localizedName('field', field, schema?.[field]?.title ?? field)).join(', ');
  }

  /** The assignees of opened tasks, by name if the diagram still has them. A task key starts with the id of its step. */
  #assignees(keys: readonly string[]): string {
    const byKey = (key: string): string => {
      const [nodeId = '', rest = ''] = key.split('#');
      const seq = Number(rest.split('/')[1] ?? 0);
      const visit = Number(rest.split('/')[0] ?? 0);
      const node = this.shown.diagram.nodes.find(({ id }) => id === nodeId);
      // The diagram has the people of the latest visit, in the order of their tasks.
      return (node?.visits === visit ? node.people[seq - 1]?.name : undefined) ?? '';
    };
    const names = [...new Set(keys.map(byKey))].filter((name) => name !== '');
    return names.length > 0
      ? t('history.assigned', { names: names.join(', ') })
      : t('history.assignedCount', { n: keys.length });
  }

  #node(id: string | null): string {
    const node = this.shown.diagram.nodes.find((other) => other.id === id);
    return node === undefined ? '' : localizedName('node', node.id, node.name);
  }
}
