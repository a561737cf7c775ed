import { css } from 'lit';

/** The placeholder of an empty list or pane. */
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
