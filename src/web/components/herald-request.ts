import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { People } from '../app/people.js';
import { ClockController } from '../reactive/clock-controller.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import type { ApprovalCenter } from '../approvals/approval-center.js';
import { RequestStore } from '../approvals/request-store.js';
import type { RequestDetails, RequestAddress } from '../approvals/request-store.js';
import { dueState } from '../approvals/due-state.js';
import { amountOf } from '../approvals/form-rows.js';
import { personNames } from '../approvals/person-names.js';
import { localizedName } from '../approvals/localized-name.js';
import { explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t } from '../i18n/language.js';
import { fullTime, money, relativeTime } from '../i18n/time.js';
import type { TopicFollower } from '../stream/topic-follower.js';
import { requestStyles } from '../styles/request-styles.js';
import { controls } from '../styles/controls.js';
import './herald-applicant-verbs.js';
import './herald-avatar.js';
import './herald-request-history.js';
import './herald-task-verbs.js';
import './herald-form-view.js';
import './herald-icon.js';
import './herald-process-graph.js';
import { statusChip } from './status-chip.js';

/** An opened request: its form, the available verbs, its process and its history. Updates live. */
@customElement('herald-request')
export class HeraldRequest extends LitElement {
  static override styles = [controls, requestStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property({ attribute: false }) topics!: TopicFollower;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) address!: RequestAddress;
  /** Address of the list that the back button leads to. */
  @property() backTo = '#/approvals';
  #file: RequestStore | undefined;
  #endTouched: (() => void) | undefined;
  #endFollowing: (() => void) | undefined;
  #focused: RequestStore | undefined;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.people, this.#file]);
    new ClockController(this);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('address') && !changed.has('center')) return;
    this.#close();
    const file = new RequestStore(this.center.api, this.address, this.session.userId);
    this.#file = file;
    this.#endTouched = this.center.onTouched((instanceId) => {
      if (instanceId === null || file.shown === null || file.shown.instance.id === instanceId) void file.refresh();
    });
    void file.refresh().then(() => this.#follow(file));
  }

  /** Events reach the applicant and the people whose task changed. Everyone else follows the topic of the request. */
  #follow(file: RequestStore): void {
    const instance = file.shown?.instance;
    if (instance === undefined || this.#file !== file || !this.isConnected) return;
    if (instance.applicantId === this.session.userId) return;
    this.#endFollowing = this.topics.follow(`approval:process:${instance.id}`, () => void file.refresh());
  }

  override updated(): void {
    // On phones the pane covers the list, so it takes the focus. On wide screens the focus stays in the list.
    const heading = this.renderRoot.querySelector('h1');
    if (heading === null || this.#focused === this.#file || !matchMedia('(max-width: 860px)').matches) return;
    this.#focused = this.#file;
    heading.focus({ preventScroll: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  #close(): void {
    this.#endTouched?.();
    this.#endFollowing?.();
    this.#endFollowing = undefined;
    this.#file?.close();
    this.#file = undefined;
  }

  override render() {
    const shown = this.#file?.shown ?? null;
    const problem = this.#file?.problem ?? null;
    return html`
      <div class="bar">
        <a class="button quiet" href=${this.backTo}
          ><herald-icon name="back"></herald-icon><span>${t('detail.back')}</span></a
        >
      </div>
      ${
        problem === null
          ? nothing
          : html`<div class="note bad problem" role="alert">
              <herald-icon name="alert"></herald-icon><span>${explainProblem(problem)}</span>
              <button class="button" @click=${() => void this.#file?.refresh()}>${t('action.tryAgain')}</button>
            </div>`
      }
      ${
        shown === null
          ? problem === null
            ? html`<p class="loading" role="status">${t('state.loading')}</p>`
            : nothing
          : this.renderDetails(shown)
      }
    `;
  }

  private renderDetails(shown: RequestDetails) {
    const { instance, task, process } = shown;
    const nameOf = personNames(shown, (id) => this.people.nameOf(id));
    return html`<article>
      ${this.renderHead(shown)}
      ${
        task === null || shown.actions === null
          ? nothing
          : html`<herald-task-verbs
              .center=${this.center}
              .people=${this.people}
              .userId=${this.session.userId}
              .shown=${shown}
              .nameOf=${nameOf}
            ></herald-task-verbs>`
      }
      <herald-applicant-verbs
        .center=${this.center}
        .session=${this.session}
        .shown=${shown}
        .nameOf=${nameOf}
      ></herald-applicant-verbs>
      <section>
        <h2>${t('request.form')}</h2>
        <herald-form-view
          .schema=${process?.formSchema}
          .form=${instance.formData}
          .nameOf=${nameOf}
        ></herald-form-view>
      </section>
      <section>
        <h2>${t('graph.title')}</h2>
        <herald-process-graph .diagram=${shown.diagram} .schema=${process?.formSchema}></herald-process-graph>
      </section>
      <section>
        <herald-request-history .shown=${shown} .nameOf=${nameOf}></herald-request-history>
        <herald-applicant-verbs
          .commentOnly=${true}
          .center=${this.center}
          .session=${this.session}
          .shown=${shown}
          .nameOf=${nameOf}
        ></herald-applicant-verbs>
      </section>
    </article>`;
  }

  private renderHead({ instance, task }: RequestDetails) {
    const amount = amountOf(instance.formData);
    const process = localizedName('process', instance.code.replace(/^demo-/, ''), instance.name);
    const nodes = instance.currentNodes.map(({ id, name }) => localizedName('node', id, name)).join(', ');
    const due = task?.status === 'pending' ? dueState(task.dueAt, Date.now()) : 'none';
    return html`<header>
      <p class="kind">${process}${instance.businessId === null ? nothing : html` · ${instance.businessId}`}</p>
      <div class="headline">
        <h1 tabindex="-1">${instance.title}</h1>
        ${amount === null ? nothing : html`<p class="amount number">${money(amount.value, amount.currency)}</p>`}
      </div>
      <div class="chips" role="status">
        ${statusChip('instanceStatus', instance.status)}
        ${nodes === '' ? nothing : html`<span class="chip step">${t('request.step', { nodes })}</span>`}
        ${instance.round > 1 ? html`<span class="chip">${t('request.round', { n: instance.round })}</span>` : nothing}
        ${
          due === 'none' || !task?.dueAt
            ? nothing
            : html`<span class="chip ${due}" title=${fullTime(task.dueAt)}
                ><herald-icon name="clock"></herald-icon
                >${t(due === 'overdue' ? 'due.overdue' : 'due.at', { time: relativeTime(task.dueAt, Date.now()) })}</span
              >`
        }
      </div>
      <p class="applicant">
        <herald-avatar name=${instance.applicantName}></herald-avatar>
        <span
          ><strong>${instance.applicantName}</strong><br /><span class="quiet-text"
            >${
              instance.startedAt === null
                ? t('request.notSubmitted')
                : t('request.submitted', { time: fullTime(instance.startedAt) })
            }</span
          ></span
        >
      </p>
    </header>`;
  }
}
