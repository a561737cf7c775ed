import { css } from 'lit';

/** Two panes on wide screens, one after the other on phones. */
export const inboxStyles = css`
  :host {
    display: block;
  }
  .frame {
    display: grid;
    grid-template-columns: minmax(340px, 5fr) minmax(360px, 6fr);
    gap: 16px;
    height: calc(100dvh - var(--header-height) - 44px);
    min-height: 420px;
  }
  .list-pane,
  .detail-pane {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
    overflow: hidden;
  }
  .detail-pane {
    overflow: auto;
  }
  .scroll {
    position: relative;
    overflow: auto;
    flex: 1 1 auto;
    min-height: 0;
  }
  .line {
    position: relative;
    border-bottom: 1px solid var(--line);
  }
  .line.urgent::before,
  .line.high::before {
    content: '';
    position: absolute;
    inset: 0 auto 0 0;
    width: 3px;
    background: var(--warn);
  }
  .line.urgent::before {
    background: var(--bad);
  }
  .row {
    display: block;
    padding: 10px 14px;
    color: inherit;
    text-decoration: none;
  }
  .row:hover {
    background: var(--surface-2);
  }
  .row[aria-current] {
    background: var(--accent-soft);
  }
  .row:focus-visible {
    outline-offset: -3px;
    border-radius: 8px;
  }
  .quick {
    position: absolute;
    right: 10px;
    bottom: 8px;
    display: none;
    gap: 2px;
    padding: 2px;
    border-radius: 9px;
    background: var(--surface);
    border: 1px solid var(--line);
    box-shadow: var(--shadow-1);
  }
  .quick .button {
    min-height: 28px;
    width: 30px;
    --icon-size: 16px;
  }
  @media (hover: hover) {
    .line:hover .quick {
      display: flex;
    }
  }
  .line:focus-within:has(:focus-visible) .quick {
    display: flex;
  }
  .more {
    display: flex;
    margin: 10px auto;
  }
  .end {
    padding: 14px;
    text-align: center;
  }
  .nothing {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    flex: 1;
    min-height: 200px;
    padding: 24px;
    color: var(--text-3);
    text-align: center;
    --icon-size: 34px;
  }
  .undo {
    margin: 10px 12px 2px;
    align-items: center;
    flex: none;
  }
  .undo span {
    flex: 1;
  }
  .undo herald-icon {
    margin: 0;
  }
  @media (max-width: 860px) {
    .frame {
      grid-template-columns: minmax(0, 1fr);
      height: auto;
      min-height: 0;
    }
    .list-pane {
      overflow: visible;
    }
    .scroll {
      overflow: visible;
    }
    .detail-pane {
      display: none;
    }
    .reading .detail-pane {
      display: flex;
      position: fixed;
      inset: var(--header-height) 0 var(--tabbar-height);
      z-index: 8;
      border-radius: 0;
      border: 0;
    }
    .keys {
      display: none;
    }
  }
  @media (max-width: 720px) {
    .list-pane {
      border-radius: 0;
      border-inline: 0;
      border-top: 0;
      box-shadow: none;
    }
  }
`;
