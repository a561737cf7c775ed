import { css } from 'lit';

/** The form for a new notification. */
export const sendStyles = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    gap: 16px;
    max-width: 760px;
    margin: 0 auto;
    padding: clamp(16px, 3vw, 28px);
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
  }
  legend {
    padding: 0;
    margin-bottom: 5px;
  }
  textarea.input {
    resize: vertical;
    line-height: 1.55;
  }
  .segments {
    display: inline-flex;
    flex-wrap: wrap;
    justify-self: start;
    padding: 3px;
    gap: 2px;
    border-radius: 9px;
    background: var(--surface-3);
  }
  .segment {
    position: relative;
    cursor: pointer;
  }
  .segment input {
    position: absolute;
    inset: 0;
    opacity: 0;
    margin: 0;
    cursor: inherit;
  }
  .segment span {
    display: block;
    padding: 5px 14px;
    border-radius: 7px;
    font-weight: 550;
    color: var(--text-2);
  }
  .segment input:checked + span {
    background: var(--raised);
    color: var(--text);
    box-shadow: var(--shadow-1);
  }
  .segment input:focus-visible + span {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  .segment:has(:disabled) {
    cursor: not-allowed;
    opacity: 0.55;
  }
  .row {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: 14px;
  }
  .check {
    display: flex;
    gap: 10px;
    align-items: flex-start;
    cursor: pointer;
  }
  .check input {
    width: 17px;
    height: 17px;
    margin: 2px 0 0;
    accent-color: var(--accent-fill);
  }
  .check .hint {
    display: block;
  }
  .foot {
    display: flex;
    justify-content: flex-end;
  }
  @media (max-width: 720px) {
    form {
      border-radius: 0;
      border-inline: 0;
      border-top: 0;
    }
    .foot .button {
      flex: 1;
    }
  }
`;
