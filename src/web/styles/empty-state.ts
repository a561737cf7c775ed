import { css } from 'lit';

/** What stands where a list or a pane is empty. */
export const emptyState = css`
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
`;
