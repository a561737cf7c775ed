import { LitElement, css, html, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';

/** Outline icons on a 24 px grid, drawn for these pages. Decorative: the text beside them or the label has the meaning. */
const PATHS = {
  bell: svg`<path d="M6 9.5a6 6 0 0 1 12 0c0 5.5 2 6.5 2 7.5H4c0-1 2-2 2-7.5Z"/><path d="M10 20.5a2.2 2.2 0 0 0 4 0"/>`,
  inbox: svg`<path d="M4 13.5 6.5 5h11L20 13.5V19H4Z"/><path d="M4 13.5h4.5l1.2 2.5h4.6l1.2-2.5H20"/>`,
  send: svg`<path d="M20.5 3.5 3.5 10l7 3.5 3.5 7Z"/><path d="m10.5 13.5 10-10"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 6 .3l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2"/><path d="M14 10a4 4 0 0 0-6-.3l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"/>`,
  activity: svg`<path d="M3 12h4l2.5-7 5 14L17 12h4"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6"/><path d="M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14.3c2.3.6 3.7 2.5 4 5.7"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4.5 3.5-6.5 7.5-6.5s6.900 2 7.5 6.5"/>`,
  check: svg`<path d="m4.5 12.5 5 5 10-11"/>`,
  'check-all': svg`<path d="m2 12.5 4.5 5 9-11"/><path d="m11.5 16 1.5 1.5 9-11"/>`,
  archive: svg`<path d="M3.5 4.5h17v4h-17Z"/><path d="M5 8.5v11h14v-11M10 12.5h4"/>`,
  unarchive: svg`<path d="M3.5 4.5h17v4h-17Z"/><path d="M5 8.5v11h14v-11M12 17.5v-6m-2.5 2.5 2.5-2.5 2.5 2.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
  unread: svg`<path d="M3.5 6h10M20.5 11v8h-17V6l8.5 7 3-2.4"/><circle cx="19" cy="6" r="2.5" fill="currentColor"/>`,
  trash: svg`<path d="M4 6.5h16M9 6.5v-2h6v2M6 6.5l1 13.5h10l1-13.5M10 10.5v6M14 10.5v6"/>`,
  search: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>`,
  alert: svg`<path d="M12 3.5 2.5 20h19Z"/><path d="M12 10v4.5M12 17.2v.3"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.5v.3"/>`,
  task: svg`<rect x="4" y="4" width="16" height="16" rx="3"/><path d="m8 12.3 3 3 5.5-6"/>`,
  stamp: svg`<path d="M9.5 11.5C9.5 9 8 8 8 6a4 4 0 0 1 8 0c0 2-1.5 3-1.5 5.5"/><path d="M5 16.5c0-3 2-5 4.5-5h5c2.5 0 4.5 2 4.5 5ZM5 20.5h14"/>`,
  message: svg`<path d="M4 5h16v11.5h-8.5L7 20v-3.5H4Z"/><path d="M8 9.5h8M8 12.5h5"/>`,
  system: svg`<circle cx="12" cy="12" r="3"/><path d="M12 3.5v3m0 11v3M3.5 12h3m11 0h3M6 6l2.1 2.1m7.800 7.800L18 18m0-12-2.1 2.1m-7.800 7.800L6 18"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2m0 15v2M2.5 12h2m15 0h2M5.3 5.3l1.4 1.4m10.600 10.600 1.4 1.4m0-13.4-1.4 1.4M6.700 17.3l-1.4 1.4"/>`,
  moon: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z"/>`,
  exit: svg`<path d="M14 4.5H5v15h9M10 12h10.5m-3.5-3.5 3.5 3.5-3.5 3.5"/>`,
  close: svg`<path d="m5.5 5.5 13 13m0-13-13 13"/>`,
  back: svg`<path d="M20 12H4.5m6-6.5L4 12l6.5 6.5"/>`,
  chevron: svg`<path d="m6 9.5 6 6 6-6"/>`,
  scissors: svg`<circle cx="6" cy="6.5" r="2.5"/><circle cx="6" cy="17.5" r="2.5"/><path d="m8 8 12 9M8 16l12-9"/>`,
  refresh: svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.3M20 4v5.3h-5.3"/>`,
  forward: svg`<path d="M19.5 9.5h-10a5 5 0 0 0 0 10H15M15.5 5.5l4 4-4 4"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  shield: svg`<path d="M12 3.5 4.5 6.500v5c0 4.500 3 7.500 7.500 9 4.500-1.500 7.500-4.500 7.500-9v-5Z"/><path d="m8.500 12 2.500 2.500 4.500-5"/>`,
  undo: svg`<path d="M4.5 9.5h10a5 5 0 0 1 0 10H9M8.5 5.5l-4 4 4 4"/>`,
  more: svg`<circle cx="5.5" cy="12" r="1.5" fill="currentColor" stroke="none"/><circle cx="12" cy="12" r="1.5" fill="currentColor" stroke="none"/><circle cx="18.5" cy="12" r="1.5" fill="currentColor" stroke="none"/>`,
  building: svg`<path d="M5 20.5v-17h9v17M14 9.5h5v11M3 20.5h18M8 7.5h3M8 11h3M8 14.5h3M16.5 13v.1M16.5 16.5v.1"/>`,
} as const;

export type IconName = keyof typeof PATHS;

@customElement('herald-icon')
export class HeraldIcon extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
    }
    svg {
      width: var(--icon-size, 18px);
      height: var(--icon-size, 18px);
      fill: none;
      stroke: currentColor;
      stroke-width: 1.7;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `;

  @property() name: IconName = 'info';

  override render() {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true">${PATHS[this.name]}</svg>`;
  }
}
