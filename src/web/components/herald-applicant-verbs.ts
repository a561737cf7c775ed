import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newIdempotencyKey } from '../api/api-client.js';
import type { FormData } from '../api/approval.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import type { Session } from '../app/session.js';
import { isPermitted } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { applicantVerbs } from '../approvals/applicant-verbs.js';
import type { ApplicantVerb, OfferedVerb } from '../approvals/applicant-verbs.js';
import type { ApprovalCenter } from '../approvals/approval-center.js';
import type { RequestDetails } from '../approvals/request-store.js';
import { cleanForm, hasLines, withTotal } from '../approvals/form-draft.js';
import { isOutdated, refusalText } from '../approvals/refusal-text.js';
import { currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import { verbStyles } from '../styles/verb-styles.js';
import './herald-icon.js';
import type { IconName } from './herald-icon.js';
import './herald-schema-form.js';

const ICONS: Readonly<Record<ApplicantVerb, IconName>> = {
  resubmit: 'send',
  withdraw: 'undo',
  cancel: 'close',
  comment: 'message',
};

/** The verbs of a request as a whole: resubmit, withdraw, cancel, comment. */
@customElement('herald-applicant-verbs')
export class HeraldApplicantVerbs extends LitElement {
  static override styles = [controls, verbStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) shown!: RequestDetails;
  @property({ attribute: false }) nameOf!: (id: string) => string;
  /** Shows only the comment, for the history. Otherwise shows every verb but the comment. */
  @property({ attribute: false }) commentOnly = false;
  @state() private openVerb: ApplicantVerb | null = null;
  @state() private text = '';
  /** The form as edited by the applicant, or null before the first edit. */
  @state() private draft: FormData | null = null;
  @state() private busy = false;
  @state() private problem: ApiProblem | null = null;
  @state() private done: ApplicantVerb | null = null;
  #instanceId = '';
  #key = newIdempotencyKey();

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override willUpdate(): void {
    if (this.shown.instance.id === this.#instanceId) return;
    this.#instanceId = this.shown.instance.id;
    this.#reset();
    this.problem = null;
    this.done = null;
  }

  override updated(): void {
    // Without verbs it takes no space.
    this.hidden = this.#offered().length === 0 && this.done === null;
  }

  #reset(): void {
    this.openVerb = null;
    this.text = '';
    this.draft = null;
    this.#key = newIdempotencyKey();
  }

  async #do(verb: ApplicantVerb): Promise<void> {
    const { instance } = this.shown;
    if (this.busy || (needsText(verb) && this.text.trim() === '')) return;
    this.busy = true;
    this.problem = null;
    this.done = null;
    const attempt = { idempotencyKey: this.#key };
    const { api } = this.center;
    try {
      if (verb === 'withdraw') await api.withdraw(instance.id, this.text, attempt);
      else if (verb === 'cancel') await api.cancel(instance.id, this.text, attempt);
      else if (verb === 'comment') await api.comment(instance.id, this.text, attempt);
      else {
        const form = cleanForm(this.shown.process?.formSchema, this.draft ?? instance.formData);
        await api.resubmit(instance.id, form, this.text, { ...attempt, ifRevision: instance.revision });
      }
      this.#reset();
      this.done = verb;
      this.center.refreshAfter(instance.id);
    } catch (fault) {
      this.problem = asProblem(fault);
      this.#key = newIdempotencyKey();
      if (isOutdated(this.problem)) this.center.refreshAfter(instance.id);
    } finally {
      this.busy = false;
    }
  }

  #offered(): readonly OfferedVerb[] {
    if (!this.commentOnly)
      return applicantVerbs(this.shown, this.session.userId, isPermitted(this.session, 'approval:manage'));
    return this.shown.instance.status === 'draft' ? [] : [{ verb: 'comment', reason: null }];
  }

  override render() {
    const offered = this.#offered();
    if (offered.length === 0 && this.done === null) return nothing;
    const returned = offered.some(({ verb }) => verb === 'resubmit');
    return html`<div class="verbs applicant" aria-busy=${this.busy}>
      ${returned ? html`<p class="note warn"><herald-icon name="undo"></herald-icon>${t('applicant.returned')}</p>` : nothing}
      <div aria-live="polite">${this.renderResult()}</div>
      <div class="buttons">${offered.map((one) => this.renderVerb(one))}</div>
      ${offered
        .filter(({ reason }) => reason !== null)
        .map(
          ({ verb, reason }) => html`<p class="hint why"><strong>${t(`applicant.${verb}`)}:</strong> ${t(reason!)}</p>`,
        )}
      ${this.openVerb === null ? nothing : this.renderVerbForm(this.openVerb)}
    </div>`;
  }

  private renderResult() {
    if (this.problem !== null) {
      return html`<div class="note ${isOutdated(this.problem) ? 'warn' : 'bad'} conflict">
        <herald-icon name=${isOutdated(this.problem) ? 'info' : 'alert'}></herald-icon>
        <p>${refusalText(this.problem, this.nameOf)}</p>
      </div>`;
    }
    if (this.done === null) return nothing;
    return html`<p class="note good"><herald-icon name="check"></herald-icon>${t(`applicant.did.${this.done}`)}</p>`;
  }

  private renderVerb({ verb, reason }: OfferedVerb) {
    const isDisabled = reason !== null;
    return html`<button
      class="button applicant-${verb} ${verb === 'resubmit' ? 'primary' : ''}"
      aria-disabled=${isDisabled || this.busy}
      aria-expanded=${isDisabled ? nothing : this.openVerb === verb}
      title=${isDisabled ? t(reason) : nothing}
      @click=${() => {
        if (isDisabled || this.busy) return;
        this.problem = null;
        this.openVerb = this.openVerb === verb ? null : verb;
      }}
    >
      <herald-icon name=${ICONS[verb]}></herald-icon>${t(`applicant.${verb}`)}
    </button>`;
  }

  private renderVerbForm(verb: ApplicantVerb) {
    const schema = this.shown.process?.formSchema;
    const isReady = !needsText(verb) || this.text.trim() !== '';
    return html`<div class="verb-form" role="group" aria-label=${t(`applicant.${verb}`)}>
      ${
        verb === 'resubmit' && schema !== undefined
          ? html`<herald-schema-form
              .schema=${schema}
              .value=${this.draft ?? this.shown.instance.formData}
              .errors=${this.problem?.errors ?? []}
              .computed=${hasLines(this.draft ?? this.shown.instance.formData) ? ['amount'] : []}
              @edited=${(event: CustomEvent<FormData>) => {
                this.draft = withTotal(event.detail);
                this.#key = newIdempotencyKey();
              }}
            ></herald-schema-form>`
          : nothing
      }
      <label class="field">
        <span class="label">${t(verb === 'withdraw' || verb === 'cancel' ? 'applicant.reason' : 'verbs.comment')}</span>
        <textarea
          class="input"
          rows="2"
          maxlength="4000"
          aria-required=${needsText(verb)}
          .value=${this.text}
          @input=${(event: Event) => {
            this.text = (event.target as HTMLTextAreaElement).value;
            this.#key = newIdempotencyKey();
          }}
        ></textarea>
      </label>
      <div class="buttons">
        <button
          class="button confirm ${verb === 'cancel' ? 'danger-fill' : 'primary'}"
          aria-disabled=${this.busy || !isReady}
          @click=${() => void this.#do(verb)}
        >
          ${t(`applicant.confirm.${verb}`)}
        </button>
        <button class="button quiet" @click=${() => (this.openVerb = null)}>${t('verbs.close')}</button>
      </div>
    </div>`;
  }
}

function needsText(verb: ApplicantVerb): boolean {
  return verb === 'cancel' || verb === 'comment';
}
