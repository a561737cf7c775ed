import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newIdempotencyKey } from '../api/api-client.js';
import { NOTIFICATION_TYPES, PRIORITIES } from '../api/notification.js';
import type { NewNotification, NotificationType, Priority, SentNotification } from '../api/notification.js';
import type { NotificationsApi } from '../api/notifications-api.js';
import { ApiProblem } from '../api/problem.js';
import type { People } from '../app/people.js';
import { isPermitted } from '../app/session.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { addsDetail, explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { controls } from '../styles/controls.js';
import { sendStyles } from '../styles/send-styles.js';
import './herald-icon.js';
import './herald-recipient-picker.js';
import type { Choice } from './herald-recipient-picker.js';

const NOTHING_MISSING = { to: false, title: false };

type Audience = 'users' | 'roles' | 'tenant';

/** Sends a notification to people, roles or the whole tenant, within the sender's permissions. */
@customElement('herald-send-form')
export class HeraldSendForm extends LitElement {
  static override styles = [controls, sendStyles];

  @property({ attribute: false }) api!: NotificationsApi;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) session!: Session;
  @state() private audience: Audience = 'users';
  @state() private chosen: readonly string[] = [];
  @state() private problem: ApiProblem | null = null;
  /** Required fields that are empty. The form checks them before it calls the service. */
  @state() private missing: { readonly to: boolean; readonly title: boolean } = NOTHING_MISSING;
  @state() private sent: SentNotification | null = null;
  @state() private busy = false;
  /** One key per draft: a second click after a lost response sends nothing twice. */
  #key = newIdempotencyKey();

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.people]);
  }

  #choices(): readonly Choice[] {
    if (this.audience === 'users') return this.people.all.map(({ id, name, title }) => ({ id, name, hint: title }));
    const roles = [...new Set(this.people.all.flatMap((person) => person.roles))].toSorted();
    return roles.map((role) => ({ id: role, name: tValue('role', role), hint: role }));
  }

  #mayUse(audience: Audience): boolean {
    return isPermitted(this.session, audience === 'users' ? 'notification:send' : 'notification:broadcast');
  }

  #choose(audience: Audience): void {
    this.audience = audience;
    this.chosen = [];
    this.#edited();
  }

  readonly #edited = (): void => {
    this.#key = newIdempotencyKey();
    this.problem = null;
    this.sent = null;
    this.missing = NOTHING_MISSING;
  };

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const notification = this.#notificationOf(new FormData(form));
    this.missing = { to: this.audience !== 'tenant' && this.chosen.length === 0, title: notification.title === '' };
    if (this.busy || this.missing.to || this.missing.title) return;
    this.busy = true;
    this.problem = null;
    this.sent = null;
    try {
      this.sent = await this.api.send(notification, this.#key);
      this.#key = newIdempotencyKey();
      for (const name of ['title', 'content', 'link', 'category']) {
        (form.elements.namedItem(name) as HTMLInputElement).value = '';
      }
    } catch (fault) {
      this.problem = fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
    } finally {
      this.busy = false;
    }
  };

  #notificationOf(form: FormData): NewNotification {
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const optional = (name: 'content' | 'link' | 'category'): Record<string, string> =>
      text(name) === '' ? {} : { [name]: text(name) };
    return {
      to: this.audience === 'tenant' ? { tenant: true } : { [this.audience]: this.chosen },
      title: text('title'),
      type: text('type') as NotificationType,
      priority: text('priority') as Priority,
      ...optional('content'),
      ...optional('link'),
      ...optional('category'),
      ...(form.get('requiresAck') === null ? {} : { requiresAck: true }),
    };
  }

  override render() {
    return html`
      <form class="card" novalidate @submit=${this.#submit} @input=${this.#edited}>
        <h1>${t('send.title')}</h1>
        ${this.renderAudience()} ${this.renderRecipients()} ${this.renderTexts()}
        <div class="row">
          ${this.renderSelect('type', NOTIFICATION_TYPES, 'message')}
          ${this.renderSelect('priority', PRIORITIES, 'normal')}
          ${this.renderField('category', 'send.category', 'text', 50, 'send.categoryHint')}
        </div>
        <label class="check">
          <input type="checkbox" name="requiresAck" />
          <span>${t('send.requiresAck')}<span class="hint">${t('send.requiresAckHint')}</span></span>
        </label>
        ${this.renderResult()}
        <div class="foot">
          <button class="button primary" type="submit" aria-disabled=${this.busy}>
            <herald-icon name="send"></herald-icon>${t(this.busy ? 'send.sending' : 'send.submit')}
          </button>
        </div>
      </form>
    `;
  }

  private renderAudience() {
    const kinds: readonly Audience[] = ['users', 'roles', 'tenant'];
    return html`<fieldset class="field">
      <legend class="label">${t('send.to')}</legend>
      <div class="segments">
        ${kinds.map(
          (kind) =>
            html`<label class="segment" title=${this.#mayUse(kind) ? nothing : t('send.notAllowed')}>
              <input
                type="radio"
                name="audience"
                value=${kind}
                ?disabled=${!this.#mayUse(kind)}
                .checked=${this.audience === kind}
                @change=${() => this.#choose(kind)}
              />
              <span>${t(`send.${kind}`)}</span>
            </label>`,
        )}
      </div>
      ${this.#mayUse('roles') ? nothing : html`<p class="hint">${t('send.notAllowed')}</p>`}
    </fieldset>`;
  }

  private renderRecipients() {
    if (this.audience === 'tenant') {
      return html`<p class="note warn">
        <herald-icon name="people"></herald-icon>${t('send.everyone', { tenant: this.session.tenantName })}
      </p>`;
    }
    return html`<herald-recipient-picker
      .label=${t(this.audience === 'users' ? 'send.people' : 'send.roleNames')}
      .hint=${t('send.recipientsHint')}
      .fault=${this.faultAt('to')}
      .choices=${this.#choices()}
      .chosen=${this.chosen}
      @chosen=${(event: CustomEvent<readonly string[]>) => {
        this.chosen = event.detail;
        this.#edited();
      }}
    ></herald-recipient-picker>`;
  }

  private renderTexts() {
    const fault = this.faultAt('content');
    return html`
      ${this.renderField('title', 'send.subject', 'text', 200)}
      <label class="field">
        <span class="label">${t('send.content')}</span>
        <textarea class="input" name="content" rows="5" maxlength="16384" aria-invalid=${fault !== ''}></textarea>
        ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
      </label>
      ${this.renderField('link', 'send.link', 'text', 2048, 'send.linkHint')}
    `;
  }

  private renderField(name: string, text: TextKey, type: string, max: number, hint?: TextKey) {
    const fault = this.faultAt(name);
    return html`<label class="field">
      <span class="label">${t(text)}</span>
      <input
        class="input"
        name=${name}
        type=${type}
        maxlength=${max}
        autocomplete="off"
        placeholder=${hint === undefined ? nothing : t(hint)}
        aria-invalid=${fault !== ''}
        aria-required=${name === 'title'}
      />
      ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
    </label>`;
  }

  private renderSelect(name: 'type' | 'priority', values: readonly string[], preset: string) {
    return html`<label class="field">
      <span class="label">${t(`filter.${name}`)}</span>
      <select class="input" name=${name}>
        ${values.map((value) => html`<option value=${value} ?selected=${value === preset}>${tValue(name, value)}</option>`)}
      </select>
    </label>`;
  }

  private renderResult() {
    if (this.sent !== null) {
      const { recipients } = this.sent;
      const text = typeof recipients === 'number' ? t('send.sentTo', { n: recipients }) : t('send.sentShared');
      return html`<p class="note good sent" role="status"><herald-icon name="check"></herald-icon>${text}</p>`;
    }
    if (this.problem === null) return nothing;
    return html`<div class="note bad" role="alert">
      <herald-icon name="alert"></herald-icon>
      <div>
        <p>${explainProblem(this.problem)}</p>
        ${this.problem.errors.length === 0 && addsDetail(this.problem) ? html`<p class="hint">${this.problem.detail}</p>` : nothing}
        ${
          this.problem.requestId === null
            ? nothing
            : html`<p class="hint mono">${t('problem.requestId', { id: this.problem.requestId })}</p>`
        }
      </div>
    </div>`;
  }

  /** What is wrong with a field. Empty for nothing. */
  private faultAt(field: string): string {
    if (field === 'to' && this.missing.to) return t('send.recipientsMissing');
    if (field === 'title' && this.missing.title) return t('send.titleMissing');
    const found = this.problem?.errors.find(({ path }) => path === field || path.startsWith(`${field}.`));
    return found?.message ?? '';
  }
}
