import { css } from 'lit';

/** The buttons of a request and what they ask for. */
export const verbStyles = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  .verbs {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 12px;
    padding: 14px;
    border: 1px solid var(--line);
    border-left: 3px solid var(--accent);
    border-radius: var(--radius);
    background: var(--surface-2);
  }
  .verbs.barred {
    border-left-color: var(--line-strong);
  }
  .verbs.own {
    padding: 0;
    border: 0;
    background: none;
  }
  [aria-live]:empty {
    display: none;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  textarea.input {
    resize: vertical;
    line-height: 1.5;
  }
  .why {
    display: grid;
    gap: 2px;
    margin-top: -4px;
    color: var(--text-2);
  }
  .note {
    align-items: center;
  }
  .note herald-icon {
    margin: 0;
  }
  .done span {
    flex: 1;
  }
  .asking {
    display: grid;
    gap: 12px;
    padding: 14px;
    border: 1px solid var(--line);
    border-radius: var(--radius-small);
    background: var(--surface);
  }
  .danger-fill {
    background: var(--bad-fill);
    border-color: var(--bad-fill);
    color: #fff;
  }
  .danger-fill:hover {
    background: var(--bad-fill);
    filter: brightness(0.93);
  }
  @media (max-width: 520px) {
    .verbs:not(.own) > .buttons {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .verbs:not(.own) > .buttons > :last-child:nth-child(odd) {
      grid-column: 1 / -1;
    }
  }
`;
