import { css } from 'lit';

/** The verbs of a request, and the form of a verb. */
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
    border: 1px solid var(--border);
    border-left: 3px solid var(--accent);
    border-radius: var(--radius);
    background: var(--surface-2);
  }
  .verbs.read-only {
    border-left-color: var(--border-strong);
  }
  .verbs.applicant {
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
  .verb-form {
    display: grid;
    gap: 12px;
    padding: 14px;
    border: 1px solid var(--border);
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
    .verbs:not(.applicant) > .buttons {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .verbs:not(.applicant) > .buttons > :last-child:nth-child(odd) {
      grid-column: 1 / -1;
    }
  }
`;
