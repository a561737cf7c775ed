import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { EventStream } from '../stream/event-stream.js';
import { controls } from '../styles/controls.js';

/** A dot and a word that show whether the page is live. Announces changes politely. Links to the connection page. */
@customElement('herald-connection-status')
export class HeraldConnectionStatus extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: inline-flex;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        padding: 5px 10px;
        border-radius: 999px;
        color: var(--text-2);
        text-decoration: none;
        font-size: 13px;
        font-weight: 550;
        white-space: nowrap;
      }
      a:hover {
        background: var(--surface-3);
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--text-3);
      }
      .open .dot {
        background: var(--good);
      }
      .waiting .dot,
      .connecting .dot {
        background: transparent;
        border: 2px solid var(--warn);
      }
      .waiting {
        color: var(--warn);
      }
      .closed .dot {
        background: var(--bad);
        border-radius: 1px;
      }
      .closed {
        color: var(--bad);
      }
      @media (max-width: 1020px) {
        .open .word,
        .connecting .word {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  @property({ attribute: false }) stream!: EventStream;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.stream]);
  }

  override render() {
    const { phase } = this.stream.state;
    return html`<a class=${phase} href="#/connection" title=${t('connection.title')}>
      <span class="dot"></span><span class="word" role="status">${t(`phase.${phase}`)}</span>
    </a>`;
  }
}
