import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DocumentKind, DocumentsApi } from '../api/documents-api.js';
import { DOCUMENT_KINDS } from '../api/documents-api.js';
import type { People } from '../app/people.js';
import type { Session } from '../app/session.js';
import { WatchController } from '../reactive/watch-controller.js';
import { APPROVAL_TABS } from '../approvals/approval-center.js';
import type { ApprovalCenter, ApprovalTab } from '../approvals/approval-center.js';
import type { RequestAddress } from '../approvals/request-store.js';
import { currentLanguage, t } from '../i18n/language.js';
import type { TopicFollower } from '../stream/topic-follower.js';
import { emptyState } from '../styles/empty-state.js';
import { panes } from '../styles/panes.js';
import { approvalsStyles } from '../styles/approvals-styles.js';
import { controls } from '../styles/controls.js';
import './herald-approval-list.js';
import './herald-request.js';
import './herald-icon.js';
import './herald-new-request.js';

/**
 * The approvals page: the lists, and beside them the opened request or the form of a new one. On phones it covers the
 * lists. Addresses: `<tab>` · `tasks/<id>` · `instances/<id>` · `new/<kind>`.
 */
@customElement('herald-approvals')
export class HeraldApprovals extends LitElement {
  static override styles = [controls, panes, emptyState, approvalsStyles];

  @property({ attribute: false }) center!: ApprovalCenter;
  @property({ attribute: false }) documents!: DocumentsApi;
  @property({ attribute: false }) topics!: TopicFollower;
  @property({ attribute: false }) people!: People;
  @property({ attribute: false }) session!: Session;
  /** The address after `#/approvals/`. */
  @property({ attribute: false }) path: readonly string[] = [];
  #tab: ApprovalTab = 'pending';
  #address: RequestAddress | null = null;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage, this.center.count]);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const tab = APPROVAL_TABS.find((name) => name === this.path[0]);
    if (tab !== undefined) this.#tab = tab;
    else if (this.path[0] === 'new') this.#tab = 'mine';
    if (changed.has('path') || changed.has('center')) {
      const [kind, id = ''] = this.path;
      const isRequest = (kind === 'tasks' || kind === 'instances') && id !== '';
      const isSame = isRequest && this.#address?.kind === kind && this.#address.id === id;
      if (!isSame) this.#address = isRequest ? { kind, id } : null;
    }
  }

  #newKind(): DocumentKind | null {
    if (this.path[0] !== 'new') return null;
    return DOCUMENT_KINDS.find((kind) => kind === this.path[1]) ?? 'order';
  }

  override render() {
    const newKind = this.#newKind();
    const isReading = this.#address !== null || newKind !== null;
    return html`
      <div class="frame ${isReading ? 'reading' : ''}">
        <section class="card list-pane" aria-label=${t('approvals.title')}>
          <div class="head">
            <h1>${t('approvals.title')}</h1>
            <a class="button primary new" href="#/approvals/new/order">
              <herald-icon name="plus"></herald-icon>${t('approvals.new')}
            </a>
          </div>
          <nav class="tabs" aria-label=${t('approvals.lists')}>${APPROVAL_TABS.map((tab) => this.renderTab(tab))}</nav>
          <herald-approval-list
            .center=${this.center}
            .tab=${this.#tab}
            .openId=${this.#address?.id ?? ''}
          ></herald-approval-list>
        </section>
        <section class="card detail-pane" aria-label=${t(newKind === null ? 'request.title' : 'new.title')}>
          ${this.renderDetail(newKind)}
        </section>
      </div>
    `;
  }

  private renderTab(tab: ApprovalTab) {
    const { pending, overdue } = this.center.count;
    return html`<a
      class="tab"
      data-tab=${tab}
      href="#/approvals/${tab}"
      aria-current=${this.#tab === tab ? 'true' : nothing}
      >${t(`approvals.${tab}`)}${
        tab === 'pending' && pending > 0
          ? html` <span class="figure number ${overdue > 0 ? 'overdue' : ''}">${pending}</span>`
          : nothing
      }</a
    >`;
  }

  private renderDetail(newKind: DocumentKind | null) {
    if (newKind !== null) {
      return html`<herald-new-request
        .api=${this.center.api}
        .documents=${this.documents}
        .kind=${newKind}
        .backTo=${`#/approvals/${this.#tab}`}
      ></herald-new-request>`;
    }
    if (this.#address === null) {
      return html`<div class="nothing">
        <herald-icon name="stamp"></herald-icon>
        <p>${t('request.none')}</p>
        <p class="hint keys">${t('approvals.keys')}</p>
      </div>`;
    }
    return html`<herald-request
      .center=${this.center}
      .topics=${this.topics}
      .people=${this.people}
      .session=${this.session}
      .address=${this.#address}
      .backTo=${`#/approvals/${this.#tab}`}
    ></herald-request>`;
  }
}
