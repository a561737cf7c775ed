import { LitElement, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiClient } from '../api/api-client.js';
import { DemoApi } from '../api/demo-api.js';
import { OperationsApi } from '../api/operations-api.js';
import { PageRoute } from '../app/page-route.js';
import type { PageName } from '../app/page-route.js';
import { SessionStore, isPermitted } from '../app/session.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { Workspace } from '../app/workspace.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { fullTime } from '../i18n/time.js';
import { appStyles } from '../styles/app-styles.js';
import { controls } from '../styles/controls.js';
import type { IconName } from './herald-icon.js';
import './herald-account-menu.js';
import './herald-approvals.js';
import './herald-bell.js';
import './herald-connection-panel.js';
import './herald-connection-status.js';
import './herald-icon.js';
import './herald-inbox.js';
import './herald-online-users.js';
import './herald-preferences.js';
import './herald-send-form.js';
import './herald-sign-in.js';
import './herald-toasts.js';

const PAGES: readonly { readonly name: PageName; readonly icon: IconName; readonly text: TextKey }[] = [
  { name: 'inbox', icon: 'inbox', text: 'nav.inbox' },
  { name: 'approvals', icon: 'stamp', text: 'nav.approvals' },
  { name: 'send', icon: 'send', text: 'nav.send' },
  { name: 'connection', icon: 'activity', text: 'nav.connection' },
  { name: 'online', icon: 'people', text: 'nav.online' },
];

/** The shell: sign-in, navigation, and the parts that every page has. */
@customElement('herald-app')
export class HeraldApp extends LitElement {
  static override styles = [controls, appStyles];

  readonly #client = new ApiClient(new URL('./', document.baseURI));
  readonly #demo = new DemoApi(this.#client);
  readonly #operations = new OperationsApi(this.#client);
  readonly #sessions = new SessionStore();
  readonly #route = new PageRoute();
  #shownPage: PageName | null = null;
  #workspace: Workspace | null = null;
  /** Why the last session ended. */
  @state() private notice: TextKey | null = null;
  /** When the session expires, once the service has announced it. */
  @state() private expiresAt: string | null = null;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.#sessions, this.#route]);
    this.#client.onUnauthenticated = () => this.#endSession('notice.sessionEnded');
  }

  override willUpdate(): void {
    const session = this.#sessions.current;
    if (session?.userId === this.#workspace?.session.userId) return;
    this.#workspace?.close();
    this.#workspace = session === null ? null : this.#open(session);
  }

  override updated(): void {
    if (this.#shownPage !== this.#route.page) window.scrollTo(0, 0);
    this.#shownPage = this.#route.page;
    const count = this.#workspace?.center.counts.current.unread ?? 0;
    document.title = count > 0 ? `(${count}) Nest Herald` : 'Nest Herald';
  }

  #open(session: Session): Workspace {
    const workspace = new Workspace(session, this.#client);
    this.expiresAt = null;
    workspace.stream.on('session.expiring', (data) => (this.expiresAt = (data as { readonly at: string }).at));
    workspace.center.counts.subscribe(() => this.requestUpdate());
    workspace.approvals.count.subscribe(() => this.requestUpdate());
    workspace.stream.subscribe(() => {
      const { phase, cause } = workspace.stream.state;
      if (phase !== 'closed' || workspace !== this.#workspace) return;
      if (cause === 'closed:revoked') this.#endSession('notice.revoked');
      else if (cause === 'unauthenticated' || cause === 'closed:token_expired') this.#endSession('notice.sessionEnded');
    });
    return workspace;
  }

  #endSession(text: TextKey): void {
    if (this.#sessions.current === null) return;
    this.notice = text;
    this.#sessions.end();
  }

  async #signOut(): Promise<void> {
    this.notice = null;
    const workspace = this.#workspace;
    workspace?.stream.stop();
    try {
      await this.#demo.signOut();
    } catch {
      // The service cannot be reached. The page still ends the session, and warns that the cookie may remain.
      this.notice = 'notice.signOutFailed';
    }
    this.#sessions.end();
  }

  override render() {
    const workspace = this.#workspace;
    if (workspace === null) {
      return html`<herald-sign-in
        .api=${this.#demo}
        .notice=${this.notice === null ? '' : t(this.notice)}
        @signed-in=${(event: CustomEvent<Session>) => {
          this.notice = null;
          this.#sessions.begin(event.detail);
        }}
      ></herald-sign-in>`;
    }
    const { session, stream, center } = workspace;
    const pages = PAGES.filter(({ name }) => this.#isOffered(name, workspace));
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>${t('nav.skip')}</a>
      <header>
        <a class="brand" href="#/inbox" aria-label="Nest Herald">
          <img src="./favicon.svg" alt="" /><span class="product">Nest Herald</span>
          <span class="tenant">${session.tenantName}</span>
        </a>
        <nav aria-label=${t('nav.pages')}>
          ${pages.map(
            ({ name, icon, text }) =>
              html`<a href="#/${name}" aria-current=${this.#route.page === name ? 'page' : nothing}>
                <herald-icon name=${icon}></herald-icon><span>${t(text)}</span>
                ${name === 'approvals' ? this.renderTaskBadge(workspace) : nothing}
              </a>`,
          )}
        </nav>
        <div class="tools">
          <herald-connection-status .stream=${stream}></herald-connection-status>
          <herald-preferences></herald-preferences>
          <herald-bell .center=${center}></herald-bell>
          <herald-account-menu .session=${session} @sign-out=${() => this.#signOut()}></herald-account-menu>
        </div>
      </header>
      <main id="main" tabindex="-1">
        ${
          this.expiresAt === null
            ? nothing
            : html`<p class="note warn session-warning" role="status">
                <herald-icon name="clock"></herald-icon>${t('notice.expiresSoon', { time: fullTime(this.expiresAt) })}
              </p>`
        }
        ${this.#renderPage(
          workspace,
          pages.map(({ name }) => name),
        )}
      </main>
      <herald-toasts .center=${center}></herald-toasts>
    `;
  }

  private renderTaskBadge({ approvals }: Workspace) {
    const { pending, overdue } = approvals.count;
    if (pending === 0) return nothing;
    return html`<span class="badge number ${overdue > 0 ? 'overdue' : ''}"
      ><span aria-hidden="true">${pending > 99 ? '99+' : pending}</span
      ><span class="visually-hidden">${t('nav.approvalsCount', { n: pending })}</span></span
    >`;
  }

  #renderPage(workspace: Workspace, offered: readonly PageName[]) {
    const { session, stream, center, people, approvals, documents, topics } = workspace;
    const page = offered.includes(this.#route.page) ? this.#route.page : 'inbox';
    switch (page) {
      case 'approvals':
        return html`<herald-approvals
          .center=${approvals}
          .documents=${documents}
          .topics=${topics}
          .people=${people}
          .session=${session}
          .path=${this.#route.path}
        ></herald-approvals>`;
      case 'inbox':
        return html`<herald-inbox .center=${center} .people=${people} .openId=${this.#route.detail}></herald-inbox>`;
      case 'send':
        return html`<herald-send-form .api=${center.api} .people=${people} .session=${session}></herald-send-form>`;
      case 'connection':
        return html`<herald-connection-panel .stream=${stream}></herald-connection-panel>`;
      case 'online':
        return html`<herald-online-users
          .operations=${this.#operations}
          .people=${people}
          .stream=${stream}
          .topics=${topics}
        ></herald-online-users>`;
      default:
        return page satisfies never;
    }
  }

  #isOffered(page: PageName, { session, approvals }: Workspace): boolean {
    if (page === 'approvals') return approvals.count.isOffered !== false;
    if (page === 'online') return isPermitted(session, 'sse:admin');
    if (page === 'send')
      return isPermitted(session, 'notification:send') || isPermitted(session, 'notification:broadcast');
    return true;
  }

  readonly #skip = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('#main')?.focus();
  };
}
