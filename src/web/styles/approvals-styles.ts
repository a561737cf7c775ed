import { css } from 'lit';

/** The tabs with their counts, and a narrow list beside a wide pane. */
export const approvalsStyles = css`
  .frame {
    --columns: minmax(320px, 372px) minmax(0, 1fr);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 10px;
    padding: 12px 14px 8px;
  }
  .tabs {
    display: flex;
    gap: 2px;
    padding: 0 8px;
    border-bottom: 1px solid var(--border);
    overflow-x: auto;
    scrollbar-width: none;
    flex: none;
  }
  .tab {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 8px 9px 9px;
    color: var(--text-2);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
  }
  .tab:hover {
    color: var(--text);
  }
  .tab:focus-visible {
    outline-offset: -3px;
    border-radius: 8px;
  }
  .tab[aria-current] {
    color: var(--accent);
  }
  .tab[aria-current]::after {
    content: '';
    position: absolute;
    inset: auto 6px 0;
    height: 2px;
    border-radius: 2px 2px 0 0;
    background: var(--accent);
  }
  .figure {
    min-width: 19px;
    padding: 0 5px;
    border-radius: 10px;
    background: var(--accent-soft);
    color: var(--accent);
    font-size: 12px;
    font-weight: 650;
    line-height: 19px;
    text-align: center;
  }
  .figure.overdue {
    background: var(--bad-soft);
    color: var(--bad);
  }
  herald-approval-list {
    flex: 1;
    min-height: 0;
  }
`;
