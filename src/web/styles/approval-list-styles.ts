import { css } from 'lit';

/** Rows of tasks and requests. */
export const approvalListStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    overflow: auto;
  }
  li {
    border-bottom: 1px solid var(--border);
  }
  .row {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 11px;
    padding: 11px 14px;
    color: inherit;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  .row:hover {
    background: var(--surface-2);
  }
  .row[aria-current] {
    background: var(--accent-soft);
  }
  .row[aria-current] herald-avatar {
    background: var(--surface);
  }
  .row:focus-visible {
    outline-offset: -3px;
    border-radius: 8px;
  }
  .texts {
    display: grid;
    gap: 1px;
    min-width: 0;
  }
  .first {
    display: flex;
    align-items: baseline;
    gap: 10px;
  }
  .title {
    flex: 1;
    min-width: 0;
    font-weight: 600;
    display: -webkit-box;
    -webkit-line-clamp: 2;
    -webkit-box-orient: vertical;
    overflow: hidden;
  }
  time {
    flex: none;
    color: var(--text-3);
    font-size: 12.5px;
  }
  .row[aria-current] time,
  .row[aria-current] .second {
    color: var(--text-2);
  }
  .second {
    color: var(--text-3);
    font-size: 13px;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 5px;
    margin-top: 4px;
  }
  .chip.overdue {
    background: var(--bad-soft);
    color: var(--bad);
  }
  .chip.soon {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .problem {
    margin: 10px 12px 2px;
    align-items: center;
  }
  .problem span {
    flex: 1;
  }
  .more {
    margin: 10px auto;
    flex: none;
  }
`;
