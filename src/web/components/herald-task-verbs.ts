import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newIdempotencyKey } from '../api/api-client.js';
import type { FormData, TaskActions, TaskVerb } from '../api/approval.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import { requestAddress } from '../app/page-route.js';
import type { People } from '../app/people.js';
import { WatchController } from '../reactive/watch-controller.js';
import type { ApprovalCenter } from '../approvals/approval-center.js';
import type { RequestDetails } from '../approvals/request-store.js';
import { isOutdated, reasonText, refusalText } from '../approvals/refusal-text.js';
import { commandOf, verbsOf } from '../approvals/task-verbs.js';

import { localizedName } from '../approvals/localized-name.js';
import { currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import { verbStyles } from '../styles/verb-styles.js';
import './herald-icon.js';
import type { IconName } from './herald-icon.js';
import './herald-recipient-picker.js';
import './herald-schema-form.js';

const ICONS: Readonly<Record<TaskVerb, IconName>> = {
  resolve: 'undo',
  approve: 'check',
  reject: 'close',
  return: 'undo',
  transfer: 'forward',
  delegate: 'people',
};

/**
 * The verbs of a task. Approving takes one click, every other verb asks for confirmation. A verb that cannot be used is
 * disabled and shows its reason. After a conflict the page shows who decided first and reloads the request.
 */
@customElement('herald-task-verbs')
export class HeraldTaskVerbs extends LitElement {
  static override styles = [controls, verbStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) userId = '';
  @property({ attribute: false }) shown!: RequestDetails;
  @property({ attribute: false }) nameOf!: (id: string) => string;
  /** The verb whose form is open. */
  @state() private openVerb: Exclude<TaskVerb, 'approve'> | null = null;
  @state() private comment = '';
  @state() private returnTo = 'START';
  @state() private toUsers: readonly string[] = [];
  /** Fields that the approver corrects. */
  @state() private patch: FormData = {};
  @state() private busy = false;
  @state() private problem: ApiProblem | null = null;
  /** The verb that just succeeded. */
  @state() private done: TaskVerb | null = null;
  #taskId = '';
  /** One key per draft of a decision: a second click after a lost response does not decide twice. */
  #key = newIdempotencyKey();

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.people, this.center.pending]);
  }

  override willUpdate(): void {
    const { task } = this.shown;
    if (task === null || task.id === this.#taskId) return;
    this.#taskId = task.id;
    this.#reset();
    this.comment = '';
    this.done = null;
    this.problem = null;
  }

  #reset(): void {
    this.openVerb = null;
    this.returnTo = 'START';
    this.toUsers = [];
    this.patch = {};
    this.#key = newIdempotencyKey();
  }

  #choose(verb: TaskVerb): void {
    this.problem = null;
    if (verb === 'approve') return void this.#decide('approve');
    this.openVerb = this.openVerb === verb ? null : verb;
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
      this.#reset();
      this.center.refreshAfter(instance.id);
    } catch (fault) {
      this.problem = asProblem(fault);
      if (isOutdated(this.problem)) {
        this.#reset();
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
    const reasons = verbs.map((verb) => this.#reason(actions, verb));
    const isDisabled = reasons.every((reason) => reason !== null);
    return html`<div class="verbs ${isDisabled ? 'read-only' : ''}" aria-busy=${this.busy}>
      <h2>
        ${t(isDisabled ? 'verbs.titleReadOnly' : 'verbs.title', { node: localizedName('node', task.nodeId, task.nodeName) })}
      </h2>
      <div aria-live="polite">${this.renderResult()}</div>
      ${isDisabled ? nothing : this.renderComment(actions)}
      <div class="buttons">${verbs.map((verb, index) => this.renderVerb(verb, reasons[index] ?? null))}</div>
      ${this.renderReasons(verbs, reasons)} ${this.renderVerbForm()}
    </div>`;
  }

  #reason(actions: TaskActions, verb: TaskVerb): string | null {
    const found = actions.actions.find(({ action }) => action === verb);
    if (found?.allowed === true || this.shown.task === null) return null;
    return found === undefined ? t('reason.unknown') : reasonText(found, this.shown.task, this.nameOf);
  }

  private renderResult() {
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
          : html`<a class="button" href=${requestAddress('tasks', next.id)}
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

  private renderVerb(verb: TaskVerb, reason: string | null) {
    const isDisabled = reason !== null;
    return html`<button
      class="button verb-${verb} ${verb === 'approve' || verb === 'resolve' ? 'primary' : ''} ${verb === 'reject' ? 'danger' : ''}"
      aria-disabled=${isDisabled || this.busy}
      aria-describedby=${isDisabled ? 'why' : nothing}
      aria-expanded=${verb === 'approve' || isDisabled ? nothing : this.openVerb === verb}
      title=${reason ?? nothing}
      @click=${() => !isDisabled && !this.busy && this.#choose(verb)}
    >
      <herald-icon name=${ICONS[verb]}></herald-icon>${t(`verb.${verb}`)}
    </button>`;
  }

  private renderReasons(verbs: readonly TaskVerb[], reasons: readonly (string | null)[]) {
    const different = [...new Set(reasons.filter((reason) => reason !== null))];
    if (different.length === 0) return nothing;
    const isShared = different.length === 1 && reasons.every((reason) => reason !== null);
    return html`<div id="why" class="hint why">
      ${
        isShared
          ? html`<p>${different[0]}</p>`
          : different.map((reason) => {
              const names = verbs.filter((_, index) => reasons[index] === reason).map(verbName);
              return html`<p><strong>${names.join(', ')}:</strong> ${reason}</p>`;
            })
      }
    </div>`;
  }

  private renderVerbForm() {
    const { openVerb, shown } = this;
    if (openVerb === null) return nothing;
    const needsPerson = openVerb === 'transfer' || openVerb === 'delegate';
    const isReady = !needsPerson || this.toUsers.length > 0;
    return html`<div class="verb-form" role="group" aria-label=${t(`verb.${openVerb}`)}>
      ${openVerb === 'reject' || openVerb === 'delegate' || openVerb === 'resolve' ? html`<p>${t(`verbs.effect.${openVerb}`)}</p>` : nothing}
      ${
        openVerb === 'return'
          ? html`<label class="field">
              <span class="label">${t('verbs.returnTo')}</span>
              <select
                class="input return-to"
                @change=${(event: Event) => (this.returnTo = (event.target as HTMLSelectElement).value)}
              >
                <option value="START">${t('verbs.toApplicant', { name: shown.instance.applicantName })}</option>
                ${shown.actions?.returnTo.map(
                  ({ id, name }) => html`<option value=${id}>${localizedName('node', id, name)}</option>`,
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
          class="button confirm ${openVerb === 'reject' ? 'danger-fill' : 'primary'}"
          aria-disabled=${this.busy || !isReady}
          @click=${() => isReady && void this.#decide(openVerb)}
        >
          ${t(`verbs.confirm.${openVerb}`)}
        </button>
        <button class="button quiet" @click=${() => (this.openVerb = null)}>${t('verbs.close')}</button>
      </div>
    </div>`;
  }
}

/** The verb without the ellipsis of its button. */
function verbName(verb: TaskVerb): string {
  return t(`verb.${verb}`).replace('…', '');
}
