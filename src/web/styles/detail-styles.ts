import { css } from 'lit';

/** The reading pane. */
export const detailStyles = css`
  :host {
    display: block;
    min-height: 100%;
    width: 100%;
    overflow-wrap: anywhere;
  }
  .bar {
    position: sticky;
    top: 0;
    z-index: 1;
    display: flex;
    align-items: center;
    gap: 2px;
    padding: 7px 10px;
    background: var(--surface);
    border-bottom: 1px solid var(--border);
  }
  .bar .close {
    margin-left: auto;
  }
  .bar .back {
    display: none;
  }
  article {
    display: grid;
    gap: 14px;
    padding: clamp(16px, 2.4vw, 28px);
    max-width: 76ch;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .chips herald-icon {
    --icon-size: 14px;
  }
  h1 {
    font-size: 21px;
  }
  .meta {
    color: var(--text-3);
    margin-top: -8px;
  }
  .meta strong {
    color: var(--text-2);
    font-weight: 600;
  }
  .content {
    white-space: pre-wrap;
    font-size: 15px;
    line-height: 1.65;
  }
  .ack {
    align-items: center;
  }
  .ack herald-icon {
    margin: 0;
  }
  .ack span {
    flex: 1;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 5px 18px;
    margin-top: 10px;
    padding-top: 16px;
    border-top: 1px solid var(--border);
    font-size: 13px;
  }
  dt {
    color: var(--text-3);
  }
  dd {
    color: var(--text-2);
  }
  #snooze {
    padding: 6px;
    min-width: 280px;
  }
  .choice {
    display: flex;
    width: 100%;
    justify-content: space-between;
    gap: 20px;
  }
  @media (max-width: 1100px) {
    .bar .word {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .bar .button {
      padding: 0 10px;
    }
  }
  @media (max-width: 860px) {
    .bar .back {
      display: inline-flex;
    }
    .bar .close {
      display: none;
    }
  }
`;
