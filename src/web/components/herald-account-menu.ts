import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import { fullTime } from '../i18n/time.js';
import { controls } from '../styles/controls.js';
import { placeBelow, popoverStyles } from '../styles/popover.js';
import './herald-avatar.js';
import './herald-icon.js';

/**
 * The signed-in person, and the sign-out button.
 * @fires sign-out
 */
@customElement('herald-account-menu')
export class HeraldAccountMenu extends LitElement {
  static override styles = [
    controls,
    popoverStyles,
    css`
      :host {
        display: inline-flex;
      }
      .me {
        padding: 2px;
        border: 0;
        border-radius: 50%;
        background: transparent;
        cursor: pointer;
        display: inline-flex;
      }
      .who {
        display: grid;
        gap: 2px;
        padding: 14px 16px;
        border-bottom: 1px solid var(--border);
      }
      .who strong {
        font-weight: 650;
      }
      .out {
        padding: 6px;
      }
      .out .button {
        width: 100%;
        justify-content: flex-start;
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;
  @query('[popover]') private panel!: HTMLElement;
  @query('.me') private opener!: HTMLElement;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override render() {
    const { session } = this;
    return html`
      <button class="me" popovertarget="menu" aria-label=${t('account.open', { name: session.name })}>
        <herald-avatar .name=${session.name}></herald-avatar>
      </button>
      <div id="menu" popover @toggle=${() => placeBelow(this.panel, this.opener)}>
        <div class="who">
          <strong>${session.name}</strong>
          <span class="quiet-text">${session.tenantName} · ${session.userId}</span>
          <span class="quiet-text">${session.roles.map((role) => tValue('role', role)).join(', ')}</span>
          <span class="hint">${t('account.until', { time: fullTime(session.expiresAt) })}</span>
        </div>
        <div class="out">
          <button class="button quiet sign-out" @click=${() => this.dispatchEvent(new Event('sign-out'))}>
            <herald-icon name="exit"></herald-icon>${t('account.signOut')}
          </button>
        </div>
      </div>
    `;
  }
}
