import { css } from 'lit';

/** A narrow list and a wide pane beside it; on phones one after the other. */
export const approvalsStyles = css`
  :host {
    display: block;
  }
  .frame {
    display: grid;
    grid-template-columns: minmax(320px, 372px) minmax(0, 1fr);
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
    border-bottom: 1px solid var(--line);
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
  @media (max-width: 860px) {
    .frame {
      grid-template-columns: minmax(0, 1fr);
      height: auto;
      min-height: 0;
    }
    .list-pane {
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
