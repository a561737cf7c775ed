import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newIdempotencyKey } from '../api/api-client.js';
import type { FormData, TaskActions, TaskVerb } from '../api/approval.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import { caseAddress } from '../app/page-route.js';
import type { People } from '../app/people.js';
import { Watch } from '../reactive/watch-controller.js';
import type { ApprovalCenter } from '../approvals/approval-center.js';
import type { Case } from '../approvals/request-store.js';
import { isOutdated, reasonText, refusalText } from '../approvals/refusal-text.js';
import { commandOf, verbsOf } from '../approvals/task-verbs.js';
import type { VerbButton } from '../approvals/task-verbs.js';
import { spokenText } from '../approvals/localized-name.js';
import { currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import { verbStyles } from '../styles/verb-styles.js';
import './herald-icon.js';
import type { IconName } from './herald-icon.js';
import './herald-recipient-picker.js';
import './herald-schema-form.js';

/**
 * What the reader may do with a task. Approving is one click; what ends or moves the task asks once more. A verb that
 * cannot be used is disabled and says why; a refusal says who was first, and the request is fetched anew.
 */
@customElement('herald-case-verbs')
export class HeraldCaseVerbs extends LitElement {
  static override styles = [controls, verbStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) userId = '';
  @property({ attribute: false }) shown!: Case;
  @property({ attribute: false }) nameOf!: (id: string) => string;
  /** The verb that asks for more, or for a second click. */
  @state() private asking: Exclude<TaskVerb, 'approve'> | null = null;
  @state() private comment = '';
  @state() private returnTo = 'START';
  @state() private toUsers: readonly string[] = [];
  /** Fields that the reader corrects when approving. */
  @state() private patch: FormData = {};
  @state() private busy = false;
  @state() private problem: ApiProblem | null = null;
  /** What the reader just did. */
  @state() private done: TaskVerb | null = null;
  #taskId = '';
  /** One key for one filled-in decision: a repeated click after a lost answer decides nothing twice. */
  #key = newIdempotencyKey();

  constructor() {
    super();
    new Watch(this, () => [currentLanguage, this.people, this.center.pending]);
  }

  override willUpdate(): void {
    const { task } = this.shown;
    if (task === null || task.id === this.#taskId) return;
    this.#taskId = task.id;
    this.#start();
    this.comment = '';
    this.done = null;
    this.problem = null;
  }

  #start(): void {
    this.asking = null;
    this.returnTo = 'START';
    this.toUsers = [];
    this.patch = {};
    this.#key = newIdempotencyKey();
  }

  #ask(verb: TaskVerb): void {
    this.problem = null;
    if (verb === 'approve') return void this.#decide('approve');
    this.asking = this.asking === verb ? null : verb;
    this.#key = newIdempotencyKey();
  }

  async #decide(verb: TaskVerb): Promise<void> {
    const { task, instance } = this.shown;
    const { comment, returnTo, toUsers, patch } = this;
    const command = commandOf(verb, { comment, returnTo, toUsers, patch });
    if (task === null || command === null || this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await this.center.api.decide(task.id, command, { idempotencyKey: this.#key, ifRevision: task.revision });
      this.done = verb;
      this.comment = '';
      this.#start();
      this.center.refreshAfter(instance.id);
    } catch (fault) {
      this.problem = asProblem(fault);
      if (isOutdated(this.problem)) {
        this.#start();
        this.center.refreshAfter(instance.id);
      }
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const { task, actions } = this.shown;
    if (task === null || actions === null) return nothing;
    const verbs = verbsOf(actions);
    const reasons = verbs.map(({ verb }) => this.#reason(actions, verb));
    const isBarred = reasons.every((reason) => reason !== null);
    return html`<div class="verbs ${isBarred ? 'barred' : ''}" aria-busy=${this.busy}>
      <h2>
        ${t(isBarred ? 'verbs.titleReadOnly' : 'verbs.title', { node: spokenText('node', task.nodeId, task.nodeName) })}
      </h2>
      <div aria-live="polite">${this.renderNews()}</div>
      ${isBarred ? nothing : this.renderComment(actions)}
      <div class="buttons">
        ${verbs.map(({ verb, icon }, index) => this.renderVerb(verb, icon, reasons[index] ?? null))}
      </div>
      ${this.renderReasons(verbs, reasons)} ${this.renderAsking()}
    </div>`;
  }

  #reason(actions: TaskActions, verb: TaskVerb): string | null {
    const found = actions.actions.find(({ action }) => action === verb);
    if (found?.allowed === true || this.shown.task === null) return null;
    return found === undefined ? t('reason.unknown') : reasonText(found, this.shown.task, this.nameOf);
  }

  private renderNews() {
    if (this.problem !== null) {
      return html`<div class="note ${isOutdated(this.problem) ? 'warn' : 'bad'} conflict">
        <herald-icon name=${isOutdated(this.problem) ? 'info' : 'alert'}></herald-icon>
        <div>
          <p>${refusalText(this.problem, this.nameOf, this.shown.task)}</p>
          ${this.problem.errors.map(({ path, message }) => html`<p class="hint">${path}: ${message}</p>`)}
        </div>
      </div>`;
    }
    if (this.done === null) return nothing;
    const next = this.center.pending.items.find(({ id }) => id !== this.#taskId);
    return html`<div class="note good done">
      <herald-icon name="check"></herald-icon><span>${t(`verbs.did.${this.done}`)}</span>
      ${
        next === undefined
          ? nothing
          : html`<a class="button" href=${caseAddress('tasks', next.id)}
              >${t('verbs.next')}<herald-icon name="forward"></herald-icon
            ></a>`
      }
    </div>`;
  }

  private renderComment({ editableFields }: TaskActions) {
    const schema = this.shown.process?.formSchema;
    return html`
      ${
        schema === undefined || editableFields.length === 0
          ? nothing
          : html`<herald-schema-form
              .schema=${schema}
              .fields=${editableFields}
              .value=${{ ...this.shown.instance.formData, ...this.patch }}
              .errors=${this.problem?.errors ?? []}
              .hint=${t('verbs.editable')}
              @edited=${(event: CustomEvent<FormData>) => {
                this.patch = Object.fromEntries(
                  editableFields
                    .filter((name) => event.detail[name] !== this.shown.instance.formData[name])
                    .map((name) => [name, event.detail[name] ?? '']),
                );
                this.#key = newIdempotencyKey();
              }}
            ></herald-schema-form>`
      }
      <label class="field">
        <span class="label">${t('verbs.comment')}</span>
        <textarea
          class="input comment"
          rows="2"
          maxlength="4000"
          placeholder=${t('verbs.commentHint')}
          .value=${this.comment}
          @input=${(event: Event) => {
            this.comment = (event.target as HTMLTextAreaElement).value;
            this.#key = newIdempotencyKey();
          }}
        ></textarea>
      </label>
    `;
  }

  private renderVerb(verb: TaskVerb, icon: IconName, reason: string | null) {
    const isBarred = reason !== null;
    return html`<button
      class="button verb-${verb} ${verb === 'approve' || verb === 'resolve' ? 'primary' : ''} ${verb === 'reject' ? 'danger' : ''}"
      aria-disabled=${isBarred || this.busy}
      aria-describedby=${isBarred ? 'why' : nothing}
      aria-expanded=${verb === 'approve' || isBarred ? nothing : this.asking === verb}
      title=${reason ?? nothing}
      @click=${() => !isBarred && !this.busy && this.#ask(verb)}
    >
      <herald-icon name=${icon}></herald-icon>${t(`verb.${verb}`)}
    </button>`;
  }

  private renderReasons(verbs: readonly VerbButton[], reasons: readonly (string | null)[]) {
    const different = [...new Set(reasons.filter((reason) => reason !== null))];
    if (different.length === 0) return nothing;
    const isShared = different.length === 1 && reasons.every((reason) => reason !== null);
    return html`<div id="why" class="hint why">
      ${
        isShared
          ? html`<p>${different[0]}</p>`
          : verbs.map(({ verb }, index) =>
              reasons[index] === null ? nothing : html`<p><strong>${t(`verb.${verb}`)}:</strong> ${reasons[index]}</p>`,
            )
      }
    </div>`;
  }

  private renderAsking() {
    const { asking, shown } = this;
    if (asking === null) return nothing;
    const needsPerson = asking === 'transfer' || asking === 'delegate';
    const isReady = !needsPerson || this.toUsers.length > 0;
    return html`<div class="asking" role="group" aria-label=${t(`verb.${asking}`)}>
      ${asking === 'reject' || asking === 'delegate' || asking === 'resolve' ? html`<p>${t(`verbs.effect.${asking}`)}</p>` : nothing}
      ${
        asking === 'return'
          ? html`<label class="field">
              <span class="label">${t('verbs.returnTo')}</span>
              <select
                class="input return-to"
                @change=${(event: Event) => (this.returnTo = (event.target as HTMLSelectElement).value)}
              >
                <option value="START">${t('verbs.toApplicant', { name: shown.instance.applicantName })}</option>
                ${shown.actions?.returnTo.map(
                  ({ id, name }) => html`<option value=${id}>${spokenText('node', id, name)}</option>`,
                )}
              </select>
            </label>`
          : nothing
      }
      ${
        needsPerson
          ? html`<herald-recipient-picker
              .label=${t('verbs.transferTo')}
              .hint=${t('send.recipientsHint')}
              .limit=${1}
              .choices=${this.people.all
                .filter(({ id }) => id !== this.userId)
                .map(({ id, name, title }) => ({ id, name, hint: title }))}
              .chosen=${this.toUsers}
              @chosen=${(event: CustomEvent<readonly string[]>) => {
                this.toUsers = event.detail.slice(-1);
                this.#key = newIdempotencyKey();
              }}
            ></herald-recipient-picker>`
          : nothing
      }
      <div class="buttons">
        <button
          class="button confirm ${asking === 'reject' ? 'danger-fill' : 'primary'}"
          aria-disabled=${this.busy || !isReady}
          @click=${() => isReady && void this.#decide(asking)}
        >
          ${t(`verbs.confirm.${asking}`)}
        </button>
        <button class="button quiet" @click=${() => (this.asking = null)}>${t('verbs.close')}</button>
      </div>
    </div>`;
  }
}
