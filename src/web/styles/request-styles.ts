import { css } from 'lit';

/** The pane of an opened request. */
export const requestStyles = css`
  :host {
    display: block;
    min-height: 100%;
    width: 100%;
    overflow-wrap: anywhere;
  }
  .bar {
    position: sticky;
    top: 0;
    z-index: 2;
    display: none;
    padding: 5px 6px;
    background: var(--surface);
    border-bottom: 1px solid var(--border);
  }
  article {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 20px;
    padding: clamp(14px, 2.2vw, 26px);
  }
  header {
    display: grid;
    gap: 8px;
  }
  .kind {
    color: var(--text-3);
    font-size: 13px;
  }
  .headline {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 4px 24px;
  }
  h1 {
    font-size: 21px;
    outline: none;
  }
  .amount {
    font-size: 21px;
    font-weight: 650;
    white-space: nowrap;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .chip.overdue {
    background: var(--bad-soft);
    color: var(--bad);
  }
  .chip.soon {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .applicant {
    display: flex;
    align-items: center;
    gap: 10px;
    margin-top: 4px;
    line-height: 1.35;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 10px;
    padding-top: 18px;
    border-top: 1px solid var(--border);
  }
  .loading {
    padding: 28px;
    color: var(--text-3);
  }
  .problem {
    margin: 12px;
    align-items: center;
  }
  .problem span {
    flex: 1;
  }
  @media (max-width: 860px) {
    .bar {
      display: flex;
    }
  }
`;
