import { LitElement, html, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Diagram, DiagramNode, FieldSchema } from '../api/approval.js';
import { WatchController } from '../reactive/watch-controller.js';
import { conditionText } from '../approvals/condition-text.js';
import { layoutGraph } from '../approvals/graph-layout.js';
import type { Orientation, PlacedEdge, PlacedNode } from '../approvals/graph-layout.js';
import { fitText } from '../approvals/graph-shapes.js';
import { localizedName } from '../approvals/localized-name.js';
import { statusStyle } from './status-style.js';
import { currentLanguage, t, tValue } from '../i18n/language.js';
import { number } from '../i18n/time.js';
import { controls } from '../styles/controls.js';
import { graphStyles } from '../styles/graph-styles.js';
import { statusChip } from './status-chip.js';

/** A wide drawing shrinks to this scale before it scrolls, so that its text stays legible. */
const MIN_SCALE = 0.84;
const PHONE = '(max-width: 860px)';
/** Icons in the corner of a node, on a 24 px grid. */
const STATE_ICONS: Readonly<Record<string, string>> = {
  check: 'm5 12.5 5 5 9-11',
  close: 'm6 6 12 12m0-12-12 12',
  undo: 'M4.5 9.5h10a5 5 0 0 1 0 10H9M8.5 5.5l-4 4 4 4',
  clock: 'M12 6v6l4 2.5',
  alert: 'M12 4v10M12 19v.5',
};

/**
 * A process as a diagram: the steps taken, the current steps, and the steps not reached. The list below it has the same
 * content for people who cannot see the diagram.
 */
@customElement('herald-process-graph')
export class HeraldProcessGraph extends LitElement {
  static override styles = [controls, graphStyles];

  @property({ attribute: false }) diagram!: Diagram;
  /** Has the titles of the fields in conditions. */
  @property({ attribute: false }) schema: FieldSchema | undefined;
  @state() private orientation: Orientation = 'across';
  readonly #phone = matchMedia(PHONE);

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#phone.addEventListener('change', this.#turn);
    this.#turn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#phone.removeEventListener('change', this.#turn);
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    const drawing = this.renderRoot.querySelector('svg');
    if (drawing === null) return;
    // Set by script, because the content security policy forbids inline styles.
    drawing.style.minWidth = `${Math.round(Number(drawing.getAttribute('width')) * MIN_SCALE)}px`;
    const frame = drawing.parentElement;
    const active = drawing.querySelector('.node.active');
    if (!changed.has('diagram') || frame === null || active === null || frame.scrollWidth <= frame.clientWidth) return;
    const [box, window] = [active.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollLeft += box.left + box.width / 2 - (window.left + window.width / 2);
  }

  readonly #turn = (): void => {
    this.orientation = this.#phone.matches ? 'down' : 'across';
  };

  #condition(when: string | null, isDefault: boolean): string {
    if (when !== null) {
      const titleOf = (field: string): string =>
        localizedName('field', field, this.schema?.properties?.[field]?.title ?? field);
      return conditionText(when, titleOf, number);
    }
    return isDefault ? t('graph.otherwise') : '';
  }

  override render() {
    const nodes = this.diagram.nodes.map((node) => ({ ...node, name: this.#name(node) }));
    const layout = layoutGraph({ ...this.diagram, nodes }, this.orientation, (edge) =>
      this.#condition(edge.when, edge.default),
    );
    return html`
      <div class="scroll" tabindex="0" role="group" aria-label=${t('graph.title')}>
        <svg
          role="img"
          aria-label=${this.#summary()}
          width=${layout.width}
          viewBox="0 0 ${layout.width} ${layout.height}"
        >
          <defs>${['taken', 'open'].map((kind) => this.renderArrowHead(kind))}</defs>
          ${layout.edges.map((edge) => this.renderEdge(edge))} ${layout.nodes.map((node) => this.renderNode(node))}
        </svg>
      </div>
      <details>
        <summary>${t('graph.asList')}</summary>
        <ol>
          ${this.diagram.nodes
            .filter(({ type }) => type !== 'condition' && type !== 'parallel')
            .toSorted((a, b) => a.layer - b.layer || a.lane - b.lane)
            .map(
              (node) =>
                html`<li>
                  <span class="name">${this.#name(node)}</span> ${statusChip('nodeState', node.state)}
                  ${node.people.map(
                    ({ name, status }) =>
                      html`<span class="person"
                        >${name} <span class="quiet-text">(${tValue('taskStatus', status)})</span></span
                      >`,
                  )}
                </li>`,
            )}
        </ol>
      </details>
    `;
  }

  private renderArrowHead(kind: string) {
    return svg`<marker id="head-${kind}" class=${kind} viewBox="0 0 8 8" refX="3" refY="4" markerWidth="8" markerHeight="8"
      markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8Z"/></marker>`;
  }

  private renderEdge({ edge, path, label }: PlacedEdge) {
    const kind = edge.taken ? 'taken' : 'open';
    return svg`<g class="edge ${kind} ${edge.loop ? 'loop' : ''}">
      <path d=${path} marker-end="url(#head-${kind})"/>
      ${label === null ? nothing : svg`<text class="label" x=${label.x} y=${label.y}>${label.text}</text>`}
    </g>`;
  }

  private renderNode({ node, x, y, width, height }: PlacedNode) {
    const { state } = node;
    const middle = { x: x + width / 2, y: y + height / 2 };
    if (node.type === 'start' || node.type === 'end') {
      return svg`<g class="node event ${state}"><title>${node.name}: ${t(`nodeState.${state}`)}</title>
        <circle cx=${middle.x} cy=${middle.y} r=${width / 2 - 1}/>
        ${
          node.type === 'start'
            ? svg`<path class="glyph" d="M${middle.x - 4} ${middle.y - 6} l10 6 l-10 6Z"/>`
            : svg`<rect class="glyph" x=${middle.x - 5} y=${middle.y - 5} width="10" height="10" rx="2"/>`
        }
      </g>`;
    }
    const isWork = node.type === 'approve' || node.type === 'handle' || node.type === 'cc';
    const tip = 13;
    const outline = isWork
      ? svg`<rect x=${x} y=${y} width=${width} height=${height} rx="9"/>`
      : svg`<path d="M${x + tip} ${y}H${x + width - tip}L${x + width} ${middle.y}L${x + width - tip} ${y + height}H${x + tip}L${x} ${middle.y}Z"/>`;
    const sub = isWork ? this.#people(node) : '';
    const nameWidth = width - (isWork ? 40 : 26);
    return svg`<g class="node ${isWork ? 'work' : 'gate'} ${state}">
      <title>${node.name}: ${t(`nodeState.${state}`)}${sub === '' ? '' : ` (${sub})`}</title>
      ${outline}
      ${isWork ? this.renderStateIcon(node, x + width - 26, y + 8) : nothing}
      <text class="name" x=${isWork ? x + 12 : middle.x} y=${sub === '' ? middle.y + 4.5 : middle.y - 4}
        text-anchor=${isWork ? 'start' : 'middle'}>${fitText(node.name, nameWidth)}</text>
      ${sub === '' ? nothing : svg`<text class="sub" x=${x + 12} y=${middle.y + 14}>${fitText(sub, width - 22)}</text>`}
    </g>`;
  }

  private renderStateIcon(node: DiagramNode, x: number, y: number) {
    const path = STATE_ICONS[statusStyle(node.state).icon];
    if (path === undefined || node.state === 'idle') return nothing;
    return svg`<g class="state-icon" transform="translate(${x} ${y})"><circle cx="9" cy="9" r="9"/>
      <path transform="translate(3 3) scale(.5)" d=${path}/></g>`;
  }

  #name(node: DiagramNode): string {
    return localizedName('node', node.name === node.id ? node.type : node.id, node.name);
  }

  /** The assignees of a step: one by name, several as a count. */
  #people({ people, state }: DiagramNode): string {
    if (people.length === 0) return state === 'idle' ? '' : t(`nodeState.${state}`);
    if (people.length === 1) return people[0]?.name ?? '';
    const done = people.filter(({ status }) => status === 'approved').length;
    return done === 0 ? t('graph.people', { n: people.length }) : t('graph.decided', { n: done, of: people.length });
  }

  /** The diagram as text for screen readers. */
  #summary(): string {
    const named = (state: DiagramNode['state']): string =>
      this.diagram.nodes
        .filter((node) => node.state === state && node.type !== 'condition' && node.type !== 'parallel')
        .map((node) => this.#name(node))
        .join(', ');
    const [active, done] = [named('active'), named('done')];
    return [
      t('graph.title'),
      done === '' ? '' : t('graph.done', { names: done }),
      active === '' ? '' : t('graph.active', { names: active }),
    ]
      .filter((part) => part !== '')
      .join('. ');
  }
}
