import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { IntervalController } from '../reactive/interval-controller.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { clockTime, duration, fullTime, number } from '../i18n/time.js';
import type { EventStream } from '../stream/event-stream.js';
import { controls } from '../styles/controls.js';
import { panelStyles } from '../styles/panel-styles.js';
import './herald-icon.js';

/** About as long as a browser waits before it reconnects. */
const DROP_MS = 3_000;
/** Long enough to send a notification to the disconnected page. */
const OFFLINE_MS = 10_000;

/** The state of the stream, down to its recent events, and two buttons that break it for demonstrations. */
@customElement('herald-connection-panel')
export class HeraldConnectionPanel extends LitElement {
  static override styles = [controls, panelStyles];

  @property({ attribute: false }) stream!: EventStream;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.stream]);
    new IntervalController(this, 1_000);
  }

  override render() {
    const { state, facts } = this.stream;
    const { phase, cause } = state;
    const nowMs = Date.now();
    const ago = (atMs: number | null): string =>
      atMs === null ? '–' : t('connection.ago', { time: duration(nowMs - atMs) });
    return html`
      <div class="head">
        <h1>${t('connection.title')}</h1>
        <div class="verbs">
          ${
            phase === 'closed'
              ? html`<button class="button primary" @click=${() => this.stream.start()}>
                  <herald-icon name="refresh"></herald-icon>${t('connection.reconnect')}
                </button>`
              : html`<button
                    class="button drop"
                    ?disabled=${phase !== 'open'}
                    @click=${() => this.stream.drop(DROP_MS)}
                  >
                    <herald-icon name="scissors"></herald-icon>${t('connection.drop')}
                  </button>
                  <button
                    class="button offline"
                    ?disabled=${phase !== 'open'}
                    @click=${() => this.stream.drop(OFFLINE_MS)}
                  >
                    <herald-icon name="clock"></herald-icon>${t('connection.offline')}
                  </button>`
          }
        </div>
      </div>
      <section class="card stream-state ${phase}">
        <span class="indicator"></span>
        <div>
          <h2 class="phase" data-phase=${phase}>${t(`phase.${phase}`)}</h2>
          <p class="quiet-text">${this.stateText(nowMs)}</p>
        </div>
        <span class="since number">${cause === 'none' || phase === 'open' ? nothing : tCause(cause)}</span>
      </section>
      <dl class="tiles">
        ${this.renderTile('connection.resume', facts.connected === null ? '–' : tValue('resume', facts.connected.resume), 'resume')}
        ${this.renderTile('connection.position', facts.position ?? '–', 'position mono')}
        ${this.renderTile('connection.heartbeat', ago(facts.lastHeartbeatAtMs), 'heartbeat')}
        ${this.renderTile('connection.uptime', phase === 'open' && facts.openedAtMs !== null ? duration(nowMs - facts.openedAtMs) : '–', 'uptime')}
        ${this.renderTile('connection.events', number(facts.events), 'events')}
        ${this.renderTile('connection.heartbeats', number(facts.heartbeats), 'heartbeats')}
        ${this.renderTile('connection.connects', number(facts.connects), 'connects')}
        ${this.renderTile('connection.duplicates', number(facts.duplicates), 'duplicates')}
        ${this.renderTile('connection.resyncs', number(facts.resyncs), 'resyncs')}
        ${this.renderTile('connection.id', facts.connected?.connectionId ?? '–', 'id mono')}
        ${this.renderTile('connection.tokenExpires', facts.connected === null ? '–' : fullTime(facts.connected.tokenExpiresAt), 'token')}
        ${this.renderTile('connection.lastEvent', ago(facts.lastEventAtMs), 'last')}
      </dl>
      ${this.renderRecent()}
    `;
  }

  private stateText(nowMs: number): string {
    const { phase, sinceMs, status, nextTryAtMs } = this.stream.state;
    const parts = [t('connection.since', { time: duration(nowMs - sinceMs) })];
    if (status !== null) parts.push(t('connection.status', { status }));
    if (phase === 'waiting') {
      parts.push(
        nextTryAtMs === null
          ? t('connection.browserRetries')
          : t('connection.nextTry', { time: duration(Math.max(0, nextTryAtMs - nowMs)) }),
      );
    }
    return parts.join(' · ');
  }

  private renderTile(name: TextKey & `connection.${string}`, value: string, className: string) {
    return html`<div class="card tile ${className}">
      <dt>${t(name)}</dt>
      <dd class="number">${value}</dd>
    </div>`;
  }

  private renderRecent() {
    const { recent } = this.stream.facts;
    return html`<section class="card recent">
      <h2>${t('connection.recent')}</h2>
      ${
        recent.length === 0
          ? html`<p class="quiet-text">${t('connection.noEvents')}</p>`
          : html`<table>
              <thead>
                <tr>
                  <th scope="col">${t('connection.time')}</th>
                  <th scope="col">${t('connection.event')}</th>
                  <th scope="col">${t('connection.position')}</th>
                </tr>
              </thead>
              <tbody>
                ${recent.map(
                  ({ type, id, atMs }) =>
                    html`<tr>
                      <td class="number">${clockTime(atMs)}</td>
                      <td class="mono">${type}</td>
                      <td class="mono quiet-text">${id ?? ''}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
    </section>`;
  }
}

function tCause(cause: string): string {
  return cause.startsWith('closed:') ? tValue('closed', cause.slice('closed:'.length)) : tValue('cause', cause);
}
