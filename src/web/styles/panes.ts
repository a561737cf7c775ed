import { css } from 'lit';

/**
 * A list beside its opened item. On phones the item covers the list. `--columns` sets both widths on wide screens.
 */
export const panes = css`
  :host {
    display: block;
  }
  .frame {
    display: grid;
    grid-template-columns: var(--columns);
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
