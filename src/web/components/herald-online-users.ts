import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type {
  OnlineConnection,
  OnlineUser,
  OperationsApi,
  PresenceChange,
  StreamStatistics,
} from '../api/operations-api.js';
import { ApiProblem } from '../api/problem.js';
import { OnlinePeople } from '../app/online-people.js';
import type { People } from '../app/people.js';
import { IntervalController } from '../reactive/interval-controller.js';
import { WatchController } from '../reactive/watch-controller.js';
import { explainProblem } from '../api/explain-problem.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { duration, fullTime, number, relativeTime } from '../i18n/time.js';
import type { EventStream } from '../stream/event-stream.js';
import type { TopicFollower } from '../stream/topic-follower.js';
import { controls } from '../styles/controls.js';
import { panelStyles } from '../styles/panel-styles.js';
import './herald-avatar.js';
import './herald-icon.js';

/** For the statistics, and to correct the list if an event was lost. */
const POLL_MS = 5_000;

/** For administrators: who in the tenant is online and on which devices (live), and stream statistics (every 5 s). */
@customElement('herald-online-users')
export class HeraldOnlineUsers extends LitElement {
  static override styles = [
    controls,
    panelStyles,
    css`
      .first {
        padding: 10px 18px;
      }
      .who {
        display: flex;
        align-items: center;
        gap: 10px;
        --avatar-size: 30px;
      }
      .who strong {
        font-weight: 600;
        display: block;
      }
      .inner td {
        background: var(--surface-2);
        padding-block: 10px;
      }
      .connection {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 4px 14px;
        padding: 5px 0 5px 40px;
      }
      .open-row herald-icon {
        transition: transform var(--motion, 120ms);
      }
      .open-row[aria-expanded='true'] herald-icon {
        transform: rotate(180deg);
      }
      @media (max-width: 720px) {
        .wide {
          display: none;
        }
        .connection {
          padding-left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) operations!: OperationsApi;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) stream!: EventStream;
  @property({ attribute: false }) topics!: TopicFollower;
  @state() private statistics: StreamStatistics | null = null;
  @state() private problem: ApiProblem | null = null;
  @state() private openUser = '';
  @state() private connections: readonly OnlineConnection[] = [];
  readonly #online = new OnlinePeople();
  #isPolling = false;
  #cleanups: (() => void)[] = [];

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.people]);
    new IntervalController(this, POLL_MS, () => void this.#poll());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#cleanups = [
      this.stream.on('presence', (data) => {
        if (this.#online.change(data as PresenceChange)) this.requestUpdate();
      }),
      this.topics.follow('presence', () => void this.#poll()),
    ];
    void this.#poll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const cleanUp of this.#cleanups.splice(0)) cleanUp();
  }

  async #poll(): Promise<void> {
    if (this.#isPolling || document.visibilityState !== 'visible') return;
    this.#isPolling = true;
    try {
      const [statistics] = await Promise.all([
        this.operations.statistics(),
        this.#online.refresh(() => this.operations.onlineUsers()),
      ]);
      this.statistics = statistics;
      if (this.openUser !== '') this.connections = await this.operations.connectionsOf(this.openUser);
      this.problem = null;
    } catch (fault) {
      this.problem = fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
    } finally {
      this.#isPolling = false;
    }
  }

  #toggle(userId: string): void {
    this.openUser = this.openUser === userId ? '' : userId;
    this.connections = [];
    void this.#poll();
  }

  override render() {
    return html`
      <div class="head">
        <h1>${t('online.title')}</h1>
        <p class="quiet-text">${t('online.live', { n: POLL_MS / 1000 })}</p>
      </div>
      ${
        this.problem === null
          ? nothing
          : html`<p class="note bad" role="alert">
              <herald-icon name="alert"></herald-icon>${explainProblem(this.problem)}
            </p>`
      }
      ${this.renderStatistics()} ${this.renderPeople()}
    `;
  }

  private renderStatistics() {
    const numbers = this.statistics;
    if (numbers === null) return nothing;
    const tiles: readonly (readonly [TextKey, string])[] = [
      ['online.users', number(numbers.totalUsers)],
      ['online.connections', number(numbers.totalConnections)],
      ['online.topics', number(numbers.totalTopics)],
      ['online.perSecond', number(numbers.eventsPerSecond)],
      ['online.sent', number(numbers.eventsSentTotal)],
      ['online.dropped', number(numbers.eventsDroppedTotal)],
      ['online.slow', number(numbers.slowConsumersTotal)],
      ['online.uptime', duration(numbers.uptimeSeconds * 1000)],
    ];
    return html`<dl class="tiles">
        ${tiles.map(
          ([name, value]) =>
            html`<div class="card tile">
              <dt>${t(name)}</dt>
              <dd class="number">${value}</dd>
            </div>`,
        )}
      </dl>
      <section class="card recent">
        <table>
          <thead>
            <tr>
              <th scope="col">${t('online.node')}</th>
              <th scope="col" class="end">${t('online.connections')}</th>
              <th scope="col" class="end">${t('online.users')}</th>
              <th scope="col">${t('online.state')}</th>
            </tr>
          </thead>
          <tbody>
            ${numbers.byNode.map(
              (node) =>
                html`<tr>
                  <td class="mono">${node.nodeId}</td>
                  <td class="number end">${number(node.connections)}</td>
                  <td class="number end">${number(node.users)}</td>
                  <td>
                    <span class="chip ${node.draining ? 'high' : 'good'}"
                      >${t(node.draining ? 'online.draining' : 'online.serving')}</span
                    >
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>`;
  }

  private renderPeople() {
    const online = this.#online.list;
    if (online === null) {
      return this.problem === null ? html`<p class="quiet-text" role="status">${t('state.loading')}</p>` : nothing;
    }
    const { items, total } = online;
    return html`<section class="card people">
      <table>
        <thead>
          <tr>
            <th scope="col">${t('online.person', { n: total })}</th>
            <th scope="col" class="end">${t('online.connections')}</th>
            <th scope="col" class="wide">${t('online.devices')}</th>
            <th scope="col" class="wide">${t('online.since')}</th>
            <th scope="col"><span class="visually-hidden">${t('online.more')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            items,
            (user) => user.userId,
            (user) => this.renderUser(user),
          )}
        </tbody>
      </table>
      ${total > items.length ? html`<p class="hint first">${t('online.first', { n: items.length })}</p>` : nothing}
    </section>`;
  }

  private renderUser(user: OnlineUser) {
    const name = this.people.nameOf(user.userId);
    const isOpen = this.openUser === user.userId;
    return html`<tr data-user=${user.userId}>
        <td>
          <div class="who">
            <herald-avatar .name=${name}></herald-avatar>
            <span><strong>${name}</strong><span class="quiet-text">${this.people.titleOf(user.userId)}</span></span>
          </div>
        </td>
        <td class="number end">${number(user.connections)}</td>
        <td class="wide">${user.devices.join(', ')}</td>
        <td class="wide" title=${fullTime(user.since)}>${relativeTime(user.since, Date.now())}</td>
        <td class="end">
          <button
            class="button quiet icon open-row"
            aria-expanded=${isOpen}
            aria-label=${t('online.show', { name: name })}
            @click=${() => this.#toggle(user.userId)}
          >
            <herald-icon name="chevron"></herald-icon>
          </button>
        </td>
      </tr>
      ${
        isOpen
          ? html`<tr class="inner">
              <td colspan="5">${this.connections.map((one) => this.renderConnection(one))}</td>
            </tr>`
          : nothing
      }`;
  }

  private renderConnection(connection: OnlineConnection) {
    return html`<div class="connection">
      <span class="mono">${connection.id}</span>
      <span class="chip">${connection.transport}</span>
      <span class="quiet-text">${connection.device}</span>
      <span class="quiet-text">${t('online.sinceTime', { time: fullTime(connection.since) })}</span>
    </div>`;
  }
}
