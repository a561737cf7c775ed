import { css } from 'lit';

/** The process diagram. Steps taken are solid and coloured, steps not reached are dashed and grey. */
export const graphStyles = css`
  :host {
    display: block;
  }
  .scroll {
    overflow-x: auto;
    border-radius: var(--radius-small);
    /* A shadow on each side that can still scroll. The local gradients cover it at the ends. */
    background:
      linear-gradient(to right, var(--surface) 50%, transparent) left / 40px 100% no-repeat local,
      linear-gradient(to left, var(--surface) 50%, transparent) right / 40px 100% no-repeat local,
      linear-gradient(to right, var(--border), transparent) left / 14px 100% no-repeat scroll,
      linear-gradient(to left, var(--border), transparent) right / 14px 100% no-repeat scroll;
  }
  svg {
    display: block;
    max-width: 100%;
    height: auto;
    margin: 0 auto;
    font-family: var(--font);
  }
  .edge path {
    fill: none;
    stroke: var(--border-strong);
    stroke-width: 1.5;
    stroke-dasharray: 4 4;
  }
  .edge.taken path {
    stroke: var(--good);
    stroke-width: 2.2;
    stroke-dasharray: none;
  }
  marker path {
    fill: var(--border-strong);
  }
  marker.taken path {
    fill: var(--good);
  }
  .label {
    fill: var(--text-2);
    font-size: 12px;
    paint-order: stroke;
    stroke: var(--surface);
    stroke-width: 4px;
    stroke-linejoin: round;
  }
  .taken .label {
    fill: var(--good);
    font-weight: 600;
  }
  .node rect,
  .node path,
  .node circle {
    fill: var(--surface-2);
    stroke: var(--border-strong);
    stroke-width: 1.3;
    stroke-dasharray: 4 4;
  }
  .node .name {
    fill: var(--text-2);
    font-size: 13px;
    font-weight: 600;
  }
  .gate .name {
    font-size: 12px;
  }
  .node .sub {
    fill: var(--text-3);
    font-size: 12px;
  }
  .node:not(.idle) rect,
  .node:not(.idle) path,
  .node:not(.idle) circle {
    stroke-dasharray: none;
  }
  .node:not(.idle) .name {
    fill: var(--text);
  }
  .node:not(.idle) .sub {
    fill: var(--text-2);
  }
  .node.done > rect,
  .node.done > path,
  .node.done > circle {
    fill: var(--good-soft);
    stroke: var(--good);
  }
  .node.active > rect {
    fill: var(--accent-soft);
    stroke: var(--accent);
    stroke-width: 2.4;
  }
  .node.rejected > rect {
    fill: var(--bad-soft);
    stroke: var(--bad);
  }
  .node.returned > rect,
  .node.blocked > rect {
    fill: var(--warn-soft);
    stroke: var(--warn);
  }
  .event .glyph {
    fill: var(--text-3) !important;
    stroke: none !important;
  }
  .event.done .glyph {
    fill: var(--good) !important;
  }
  .node .state-icon circle {
    fill: var(--text-3);
    stroke: none;
  }
  .node.done .state-icon circle {
    fill: var(--good);
  }
  .node.active .state-icon circle {
    fill: var(--accent);
  }
  .node.rejected .state-icon circle {
    fill: var(--bad);
  }
  .node.returned .state-icon circle,
  .node.blocked .state-icon circle {
    fill: var(--warn);
  }
  .node .state-icon path {
    fill: none;
    stroke: var(--surface);
    stroke-width: 3.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  details {
    margin-top: 10px;
    font-size: 13px;
  }
  summary {
    cursor: pointer;
    color: var(--text-2);
    width: fit-content;
    border-radius: 4px;
  }
  ol {
    display: grid;
    gap: 6px;
    padding: 8px 0 2px;
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 10px;
  }
  li .name {
    font-weight: 600;
    min-width: 9ch;
  }
  .person {
    color: var(--text-2);
  }
`;
