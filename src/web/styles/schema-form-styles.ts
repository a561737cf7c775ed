import { css } from 'lit';

/** Fields in columns. Lines of a list are rows of a table, or small cards on phones. */
export const schemaFormStyles = css`
  :host {
    display: grid;
    gap: 8px;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(180px, 1fr));
    gap: 14px;
    align-items: start;
  }
  .wide {
    grid-column: 1 / -1;
  }
  .required {
    color: var(--bad);
  }
  input[type='checkbox'] {
    width: 18px;
    height: 18px;
    accent-color: var(--accent-fill);
  }
  .input[readonly] {
    background: var(--surface-2);
    border-color: var(--border-button);
  }
  textarea.input {
    resize: vertical;
    line-height: 1.5;
  }
  fieldset {
    display: grid;
    gap: 8px;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
    margin-bottom: 6px;
  }
  .line {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(80px, 1fr) minmax(100px, 1.2fr) auto;
    gap: 8px;
    align-items: start;
  }
  .line:first-of-type .remove {
    margin-top: 25px;
  }
  .line .field {
    grid-column: auto;
  }
  .line:not(:first-of-type) .label {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .add {
    justify-self: start;
  }
  @media (max-width: 600px) {
    .line {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) auto;
      padding: 10px;
      border: 1px solid var(--border);
      border-radius: var(--radius-small);
    }
    .line .field:first-child {
      grid-column: 1 / -1;
    }
    .line:not(:first-of-type) .label {
      position: static;
      width: auto;
      height: auto;
      overflow: visible;
      clip-path: none;
    }
  }
`;
