import { css } from 'lit';

/** Styles shared by all components: text, buttons, fields, chips. Values come from the tokens in page.css. */
export const controls = css`
  :host {
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: 20px;
    line-height: 1.3;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 15px;
    font-weight: 650;
  }
  a {
    color: var(--accent);
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 7px;
    min-height: 34px;
    padding: 5px 13px;
    border: 1px solid var(--border-button);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition: background var(--motion, 120ms);
  }
  .button:hover {
    background: var(--surface-3);
  }
  .button.primary {
    background: var(--accent-fill);
    border-color: var(--accent-fill);
    color: var(--accent-text);
  }
  .button.primary:hover {
    background: var(--accent-fill-hover);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--text-2);
  }
  .button.quiet:hover {
    background: var(--surface-3);
    color: var(--text);
  }
  .button.icon {
    width: 34px;
    padding: 0;
  }
  .button[disabled],
  .button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: not-allowed;
  }
  .button.danger {
    color: var(--bad);
  }
  @media (pointer: coarse) {
    .button {
      min-height: 40px;
    }
    .button.icon {
      width: 40px;
    }
  }

  .field {
    display: grid;
    gap: 5px;
    min-width: 0;
  }
  .label {
    color: var(--text-2);
    font-weight: 550;
    font-size: 13px;
  }
  .hint {
    color: var(--text-3);
    font-size: 12.5px;
  }
  .fault {
    color: var(--bad);
    font-size: 12.5px;
  }
  .input {
    width: 100%;
    min-height: 36px;
    padding: 6px 10px;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
  }
  .input::placeholder {
    color: var(--text-3);
    opacity: 1;
  }
  .input:focus-visible {
    outline-offset: -1px;
  }
  .input[aria-invalid='true'] {
    border-color: var(--bad);
  }
  select.input {
    cursor: pointer;
    padding-right: 6px;
  }
  @media (pointer: coarse) {
    .input {
      min-height: 42px;
      font-size: 16px;
    }
  }

  .card {
    background: var(--surface);
    border: 1px solid var(--border);
    border-radius: var(--radius);
    box-shadow: var(--shadow-1);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 1px 7px;
    border-radius: 5px;
    background: var(--surface-3);
    color: var(--text-2);
    font-size: 12px;
    font-weight: 550;
    line-height: 18px;
    white-space: nowrap;
  }
  .chip.urgent {
    background: var(--bad-soft);
    color: var(--bad);
  }
  .chip.high {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .chip.info {
    background: var(--accent-soft);
    color: var(--accent);
  }
  .chip herald-icon {
    --icon-size: 13px;
  }
  .chip.good {
    background: var(--good-soft);
    color: var(--good);
  }
  .note {
    display: flex;
    gap: 10px;
    align-items: flex-start;
    padding: 10px 12px;
    border-radius: var(--radius-small);
    background: var(--accent-soft);
    color: var(--text);
  }
  .note.bad {
    background: var(--bad-soft);
  }
  .note.warn {
    background: var(--warn-soft);
  }
  .note.good {
    background: var(--good-soft);
  }
  .note herald-icon {
    margin-top: 1px;
    flex: none;
  }
  .quiet-text {
    color: var(--text-3);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .mono {
    font-family: var(--mono);
    font-size: 12.5px;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
