import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ApprovalTask, ProcessInstance } from '../api/approval.js';
import type { ApiProblem } from '../api/problem.js';
import { ClockController } from '../reactive/clock-controller.js';
import { requestAddress } from '../app/page-route.js';
import { WatchController } from '../reactive/watch-controller.js';
import type { ApprovalCenter, ApprovalTab } from '../approvals/approval-center.js';
import { dueState } from '../approvals/due-state.js';
import { amountOf } from '../approvals/form-rows.js';
import { localizedName } from '../approvals/localized-name.js';
import { explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t } from '../i18n/language.js';
import { fullTime, money, relativeTime } from '../i18n/time.js';
import { emptyState } from '../styles/empty-state.js';
import { approvalListStyles } from '../styles/approval-list-styles.js';
import { controls } from '../styles/controls.js';
import './herald-avatar.js';
import './herald-icon.js';
import { statusChip } from './status-chip.js';

type Item = ApprovalTask | ProcessInstance;

/** A list of tasks or requests. Keys: arrows or j/k move, Enter opens. */
@customElement('herald-approval-list')
export class HeraldApprovalList extends LitElement {
  static override styles = [controls, emptyState, approvalListStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property() tab: ApprovalTab = 'pending';
  /** Id of the opened task or request. Empty for none. */
  @property() openId = '';

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.center[this.tab]]);
    new ClockController(this);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('tab') || changed.has('center')) void this.center.open(this.tab);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLAnchorElement>('.row')];
    const index = rows.indexOf((event.target as HTMLElement).closest<HTMLAnchorElement>('.row')!);
    if (event.key === 'ArrowDown' || event.key === 'j') rows[Math.min(index + 1, rows.length - 1)]?.focus();
    else if (event.key === 'ArrowUp' || event.key === 'k') rows[Math.max(index - 1, 0)]?.focus();
    else return;
    event.preventDefault();
  };

  override render() {
    const list = this.center[this.tab];
    const items: readonly Item[] = list.items;
    return html`
      ${list.problem === null ? nothing : this.renderProblem(list.problem)}
      ${
        !list.isLoaded
          ? list.problem === null
            ? html`<p class="nothing" role="status">${t('state.loading')}</p>`
            : nothing
          : items.length === 0
            ? html`<div class="nothing">
                <herald-icon name="check"></herald-icon>
                <p>${t(`approvals.empty.${this.tab}`)}</p>
              </div>`
            : html`<ul class="rows" aria-busy=${list.isLoading} @keydown=${this.#onKey}>
                ${repeat(
                  items,
                  ({ id }) => id,
                  (item) => ('nodeId' in item ? this.renderTask(item) : this.renderInstance(item)),
                )}
              </ul>`
      }
      ${
        list.hasMore
          ? html`<button class="button more" ?disabled=${list.isLoading} @click=${() => void list.loadMore()}>
              ${t('inbox.more')}
            </button>`
          : nothing
      }
    `;
  }

  private renderProblem(problem: ApiProblem) {
    return html`<div class="note bad problem" role="alert">
      <herald-icon name="alert"></herald-icon><span>${explainProblem(problem)}</span>
      <button class="button" @click=${() => void this.center[this.tab].refresh()}>${t('action.tryAgain')}</button>
    </div>`;
  }

  private renderTask(task: ApprovalTask) {
    const isOpen = task.status === 'pending';
    const due = isOpen ? dueState(task.dueAt, Date.now()) : 'none';
    return html`<li>
      <a
        class="row"
        data-id=${task.id}
        href=${requestAddress('tasks', task.id)}
        aria-current=${this.openId === task.id || this.openId === task.instanceId ? 'true' : nothing}
      >
        <herald-avatar name=${task.applicantName}></herald-avatar>
        <span class="texts">
          <span class="first">
            <span class="title">${task.title}</span>
            ${this.renderAge(isOpen ? task.createdAt : (task.decidedAt ?? task.createdAt))}
          </span>
          <span class="second">${task.applicantName} · ${localizedName('node', task.nodeId, task.nodeName)}</span>
          <span class="chips">
            ${isOpen ? nothing : statusChip('taskStatus', task.status)}
            ${isOpen || task.status === task.instanceStatus ? nothing : statusChip('instanceStatus', task.instanceStatus)}
            ${
              due === 'none' || task.dueAt === null
                ? nothing
                : html`<span class="chip due ${due}" title=${fullTime(task.dueAt)}
                    ><herald-icon name="clock"></herald-icon
                    >${t(due === 'overdue' ? 'due.overdue' : 'due.at', { time: relativeTime(task.dueAt, Date.now()) })}</span
                  >`
            }
            ${
              task.onBehalfOf === null
                ? nothing
                : html`<span class="chip">${t('task.onBehalf', { name: task.onBehalfOf })}</span>`
            }
          </span>
        </span>
      </a>
    </li>`;
  }

  private renderInstance(instance: ProcessInstance) {
    const amount = amountOf(instance.formData);
    const nodes = instance.currentNodes.map(({ id, name }) => localizedName('node', id, name)).join(', ');
    const process = localizedName('process', instance.code.replace(/^demo-/, ''), instance.name);
    return html`<li>
      <a
        class="row"
        data-id=${instance.id}
        href=${requestAddress('instances', instance.id)}
        aria-current=${this.openId === instance.id ? 'true' : nothing}
      >
        <herald-avatar name=${instance.applicantName}></herald-avatar>
        <span class="texts">
          <span class="first">
            <span class="title">${instance.title}</span>
            ${this.renderAge(instance.startedAt ?? instance.createdAt)}
          </span>
          <span class="second"
            >${this.tab === 'mine' ? process : `${instance.applicantName} · ${process}`}${
              amount === null ? nothing : html` · <span class="number">${money(amount.value, amount.currency)}</span>`
            }</span
          >
          <span class="chips">
            ${statusChip('instanceStatus', instance.status)}
            ${nodes === '' ? nothing : html`<span class="chip">${nodes}</span>`}
          </span>
        </span>
      </a>
    </li>`;
  }

  private renderAge(at: string) {
    return html`<time datetime=${at} title=${fullTime(at)}>${relativeTime(at, Date.now())}</time>`;
  }
}
