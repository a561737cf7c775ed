import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newIdempotencyKey } from '../api/api-client.js';
import type { FieldSchema, FormData, ProcessWithGraph } from '../api/approval.js';
import type { ApprovalsApi } from '../api/approvals-api.js';
import { DOCUMENT_KINDS, PROCESS_CODES } from '../api/documents-api.js';
import type { DocumentKind, DocumentsApi } from '../api/documents-api.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import { requestAddress } from '../app/page-route.js';
import { WatchController } from '../reactive/watch-controller.js';
import { cleanForm, hasLines, missingFields, withTotal } from '../approvals/form-draft.js';
import type { FieldFault } from '../approvals/form-draft.js';
import { addsDetail, explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t } from '../i18n/language.js';
import { newRequestStyles } from '../styles/new-request-styles.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';
import './herald-schema-form.js';
import type { HeraldSchemaForm } from './herald-schema-form.js';

/** The form of a purchase order or leave request of the demo ERP. After submission it opens the request. */
@customElement('herald-new-request')
export class HeraldNewRequest extends LitElement {
  static override styles = [controls, newRequestStyles];

  @property({ attribute: false }) api!: ApprovalsApi;
  @property({ attribute: false }) documents!: DocumentsApi;
  @property() kind: DocumentKind = 'order';
  @property() backTo = '#/approvals';
  /** The process that defines the form. Undefined while loading, null if there is none. */
  @state() private process: ProcessWithGraph | null | undefined;
  @state() private form: FormData = {};
  @state() private missing: readonly string[] = [];
  @state() private problem: ApiProblem | null = null;
  @state() private busy = false;
  /** Keys of the two requests: a second click after a lost response creates nothing twice. */
  #keys = { create: newIdempotencyKey(), submit: newIdempotencyKey() };

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('kind')) void this.#load();
  }

  async #load(): Promise<void> {
    const { kind } = this;
    this.process = undefined;
    this.#edited(kind === 'order' ? { currency: defaultCurrency(), lines: [{}] } : { kind: 'annual' });
    try {
      const process = await this.api.processByCode(PROCESS_CODES[kind]);
      if (this.kind === kind) this.process = process;
    } catch (fault) {
      if (this.kind !== kind) return;
      this.process = null;
      this.problem = asProblem(fault);
    }
  }

  #edited(form: FormData): void {
    this.form = withTotal(form);
    this.missing = [];
    this.problem = null;
    this.#keys = { create: newIdempotencyKey(), submit: newIdempotencyKey() };
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const schema = this.process?.formSchema;
    if (schema === undefined || this.busy) return;
    const form = cleanForm(this.#schema(schema), this.form);
    this.missing = missingFields(this.#schema(schema), { ...this.form, ...form });
    if (this.missing.length > 0) return this.#focusFirstFault();
    this.busy = true;
    this.problem = null;
    try {
      const document = await this.documents.create(this.kind, form, this.#keys.create);
      const { instanceId } = await this.documents.submit(this.kind, document.id, this.#keys.submit);
      if (instanceId !== null) location.hash = requestAddress('instances', instanceId);
    } catch (fault) {
      this.problem = asProblem(fault);
      if (this.problem.errors.length > 0) this.#focusFirstFault();
    } finally {
      this.busy = false;
    }
  };

  #focusFirstFault(): void {
    void this.updateComplete.then(async () => {
      const form = this.renderRoot.querySelector<HeraldSchemaForm>('herald-schema-form');
      await form?.updateComplete;
      form?.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    });
  }

  /** Days are optional: the service computes them from the dates. */
  #schema(schema: FieldSchema): FieldSchema {
    return this.kind === 'leave'
      ? { ...schema, required: (schema.required ?? []).filter((name) => name !== 'days') }
      : schema;
  }

  override render() {
    const schema = this.process?.formSchema;
    return html`
      <form novalidate @submit=${this.#submit}>
        <div class="top">
          <h1>${t('new.title')}</h1>
          <a class="button quiet" href=${this.backTo}><herald-icon name="close"></herald-icon>${t('verbs.close')}</a>
        </div>
        <nav class="segments" aria-label=${t('new.kind')}>
          ${DOCUMENT_KINDS.map(
            (kind) =>
              html`<a href="#/approvals/new/${kind}" aria-current=${this.kind === kind ? 'true' : nothing}
                >${t(`new.${kind}`)}</a
              >`,
          )}
        </nav>
        ${
          schema === undefined
            ? html`<p class="quiet-text" role="status">
                ${t(this.process === undefined ? 'state.loading' : 'new.notOffered')}
              </p>`
            : html`<herald-schema-form
                  .schema=${this.#schema(schema)}
                  .value=${this.form}
                  .computed=${hasLines(this.form) ? ['amount'] : []}
                  .errors=${this.#faults()}
                  @edited=${(event: CustomEvent<FormData>) => this.#edited(event.detail)}
                ></herald-schema-form>
                ${this.kind === 'leave' ? html`<p class="hint">${t('new.daysHint')}</p>` : nothing}
                ${this.renderProblem()}
                <div class="foot">
                  <button class="button primary submit" type="submit" aria-disabled=${this.busy}>
                    <herald-icon name="send"></herald-icon>${t(this.busy ? 'send.sending' : 'new.submit')}
                  </button>
                </div>`
        }
      </form>
    `;
  }

  private renderProblem() {
    if (this.missing.length > 0) {
      return html`<p class="note bad" role="alert"><herald-icon name="alert"></herald-icon>${t('new.missing')}</p>`;
    }
    if (this.problem === null) return nothing;
    return html`<div class="note bad" role="alert">
      <herald-icon name="alert"></herald-icon>
      <div>
        <p>${explainProblem(this.problem)}</p>
        ${addsDetail(this.problem) ? html`<p class="hint">${this.problem.detail}</p>` : nothing}
      </div>
    </div>`;
  }

  #faults(): readonly FieldFault[] {
    if (this.missing.length > 0) return this.missing.map((path) => ({ path, message: t('form.required') }));
    return this.problem?.errors ?? [];
  }
}

function defaultCurrency(): string {
  return currentLanguage.language === 'zh' ? 'CNY' : 'EUR';
}
