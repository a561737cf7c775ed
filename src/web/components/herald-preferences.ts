import { LitElement, css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { isDark, toggleTheme } from '../app/theme.js';
import { WatchController } from '../reactive/watch-controller.js';
import { chooseLanguage, currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';

/** Switches for the language and for light or dark mode. */
@customElement('herald-preferences')
export class HeraldPreferences extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: inline-flex;
        gap: 2px;
      }
      .language {
        min-width: 34px;
        padding: 0 8px;
      }
    `,
  ];

  readonly #system = matchMedia('(prefers-color-scheme: dark)');
  readonly #onSystem = (): void => this.requestUpdate();

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#system.addEventListener('change', this.#onSystem);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#system.removeEventListener('change', this.#onSystem);
  }

  override render() {
    const other = currentLanguage.language === 'en' ? 'zh' : 'en';
    const dark = isDark();
    return html`
      <button
        class="button quiet language"
        lang=${other === 'zh' ? 'zh-CN' : 'en'}
        aria-label=${other === 'zh' ? '切换到中文' : 'Switch to English'}
        title=${other === 'zh' ? '切换到中文' : 'Switch to English'}
        @click=${() => chooseLanguage(other)}
      >
        ${other === 'zh' ? '中文' : 'EN'}
      </button>
      <button
        class="button quiet icon theme"
        aria-label=${t(dark ? 'theme.toLight' : 'theme.toDark')}
        title=${t(dark ? 'theme.toLight' : 'theme.toDark')}
        @click=${() => {
          toggleTheme();
          this.requestUpdate();
        }}
      >
        <herald-icon name=${dark ? 'sun' : 'moon'}></herald-icon>
      </button>
    `;
  }
}
