import { css } from 'lit';

/** Rows of notifications with their quick actions. */
export const inboxStyles = css`
  .frame {
    --columns: minmax(340px, 5fr) minmax(360px, 6fr);
  }
  .scroll {
    position: relative;
    overflow: auto;
    flex: 1 1 auto;
    min-height: 0;
  }
  .item {
    position: relative;
    border-bottom: 1px solid var(--border);
  }
  .item.urgent::before,
  .item.high::before {
    content: '';
    position: absolute;
    inset: 0 auto 0 0;
    width: 3px;
    background: var(--warn);
  }
  .item.urgent::before {
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
    border: 1px solid var(--border);
    box-shadow: var(--shadow-1);
  }
  .quick .button {
    min-height: 28px;
    width: 30px;
    --icon-size: 16px;
  }
  @media (hover: hover) {
    .item:hover .quick {
      display: flex;
    }
  }
  .item:focus-within:has(:focus-visible) .quick {
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
    .scroll {
      overflow: visible;
    }
    .keys {
      display: none;
    }
  }
`;
