import { css } from 'lit';

/** Panels in the browser's top layer. The browser closes them on Escape or an outside click, and restores the focus. */
export const popoverStyles = css`
  [popover] {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 0;
    min-width: 230px;
    max-width: calc(100vw - 16px);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    box-shadow: var(--shadow-2);
    overflow: hidden;
  }
`;

const GAP_PX = 6;
const EDGE_PX = 8;

/** Positions an open panel below its button, aligned at the right, within the window. */
export function placeBelow(panel: HTMLElement, opener: HTMLElement): void {
  const button = opener.getBoundingClientRect();
  const width = panel.offsetWidth;
  const left = Math.min(Math.max(EDGE_PX, button.right - width), window.innerWidth - width - EDGE_PX);
  panel.style.left = `${left}px`;
  panel.style.top = `${button.bottom + GAP_PX}px`;
}
