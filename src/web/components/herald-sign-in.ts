import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DemoApi, DemoPerson, DemoTenant } from '../api/demo-api.js';
import { ApiProblem } from '../api/problem.js';
import { sessionOf } from '../app/session.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import './herald-avatar.js';
import './herald-icon.js';
import './herald-preferences.js';

/**
 * Signs in as one of the demo people. Outside demo mode it explains how sign-in works.
 * @fires signed-in with the {@link Session} as detail
 */
@customElement('herald-sign-in')
export class HeraldSignIn extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        min-height: 100dvh;
        padding: 20px clamp(16px, 4vw, 40px) 48px;
      }
      .top {
        display: flex;
        justify-content: flex-end;
      }
      .inner {
        max-width: 920px;
        margin: clamp(12px, 6vh, 64px) auto 0;
      }
      header {
        display: grid;
        justify-items: start;
        gap: 6px;
        margin-bottom: 28px;
      }
      .logo {
        width: 44px;
        height: 44px;
        margin-bottom: 10px;
      }
      h1 {
        font-size: clamp(22px, 3.4vw, 28px);
      }
      .lead {
        color: var(--text-2);
        max-width: 62ch;
        font-size: 15px;
      }
      .tenants {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
        gap: 20px;
      }
      .tenant h2 {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 14px 16px 12px;
        border-bottom: 1px solid var(--border);
      }
      .tenant h2 herald-icon {
        color: var(--text-3);
      }
      .tenant ul {
        padding: 6px;
      }
      .person {
        display: grid;
        grid-template-columns: auto 1fr auto;
        align-items: center;
        gap: 12px;
        width: 100%;
        padding: 8px 10px;
        border: 0;
        border-radius: var(--radius-small);
        background: transparent;
        text-align: start;
        cursor: pointer;
      }
      .person:hover {
        background: var(--surface-3);
      }
      .person .name {
        display: block;
        font-weight: 600;
      }
      .person .title {
        color: var(--text-3);
        font-size: 13px;
      }
      .note {
        margin-bottom: 20px;
      }
      .instructions {
        padding: 20px 22px;
        display: grid;
        gap: 10px;
        max-width: 70ch;
      }
    `,
  ];

  @property({ attribute: false }) api!: DemoApi;
  /** Why the last session ended. Empty for no notice. */
  @property() notice = '';

  @state() private tenants: readonly DemoTenant[] | null = null;
  @state() private problem: ApiProblem | null = null;
  @state() private busy = '';

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  private async load(): Promise<void> {
    this.problem = null;
    try {
      this.tenants = await this.api.people();
    } catch (fault) {
      this.problem = fault as ApiProblem;
    }
  }

  private async signIn(tenant: DemoTenant, person: DemoPerson): Promise<void> {
    if (this.busy !== '') return;
    this.busy = person.id;
    this.problem = null;
    try {
      const session: Session = sessionOf(await this.api.signIn(person.id), tenant.name);
      this.dispatchEvent(new CustomEvent<Session>('signed-in', { detail: session }));
    } catch (fault) {
      this.problem = fault as ApiProblem;
    } finally {
      this.busy = '';
    }
  }

  override render() {
    return html`
      <div class="top"><herald-preferences></herald-preferences></div>
      <main class="inner">
        <header>
          <img class="logo" src="./favicon.svg" alt="" />
          <h1>${t('signIn.title')}</h1>
          <p class="lead">${this.problem?.status === 404 ? nothing : t('signIn.lead')}</p>
        </header>
        ${
          this.notice === ''
            ? nothing
            : html`<p class="note warn" role="status"><herald-icon name="info"></herald-icon>${this.notice}</p>`
        }
        ${this.renderProblem()} ${this.renderTenants()}
      </main>
    `;
  }

  private renderProblem() {
    if (this.problem === null) return nothing;
    if (this.problem.status === 404) {
      return html`<section class="card instructions">
        <h2>${t('signIn.productionTitle')}</h2>
        <p>${t('signIn.productionText')}</p>
        <p class="quiet-text">${t('signIn.productionHint')}</p>
      </section>`;
    }
    return html`<div class="note bad" role="alert">
      <herald-icon name="alert"></herald-icon>
      <div>
        <p>${explainProblem(this.problem)}</p>
        <button class="button" @click=${() => this.load()}>${t('action.tryAgain')}</button>
      </div>
    </div>`;
  }

  private renderTenants() {
    if (this.tenants === null) {
      return this.problem === null ? html`<p class="quiet-text" role="status">${t('state.loading')}</p>` : nothing;
    }
    return html`<div class="tenants">
      ${this.tenants.map(
        (tenant) =>
          html`<section class="card tenant" aria-label=${tenant.name}>
            <h2><herald-icon name="building"></herald-icon>${tenant.name}</h2>
            <ul>
              ${tenant.people.map((person) => this.renderPerson(tenant, person))}
            </ul>
          </section>`,
      )}
    </div>`;
  }

  private renderPerson(tenant: DemoTenant, person: DemoPerson) {
    return html`<li>
      <button
        class="person"
        data-user=${person.id}
        ?disabled=${this.busy !== ''}
        @click=${() => this.signIn(tenant, person)}
      >
        <herald-avatar .name=${person.name}></herald-avatar>
        <span>
          <span class="name">${person.name}</span>
          <span class="title">${person.title}</span>
        </span>
        <span class="chip">${person.roles.map((role) => tValue('role', role)).join(' · ')}</span>
      </button>
    </li>`;
  }
}
