import { css } from 'lit';

/** Values of a form: pairs in columns, tables below. */
export const formViewStyles = css`
  :host {
    display: grid;
    gap: 14px;
  }
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 12px 20px;
    overflow-wrap: anywhere;
  }
  .long {
    grid-column: 1 / -1;
  }
  dt {
    color: var(--text-3);
    font-size: 12.5px;
  }
  dd {
    white-space: pre-wrap;
    font-weight: 550;
  }
  .long dd {
    font-weight: 400;
  }
  .table {
    overflow-x: auto;
    border: 1px solid var(--border);
    border-radius: var(--radius-small);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13.5px;
  }
  caption {
    padding: 8px 12px;
    text-align: start;
    font-weight: 600;
    font-size: 13px;
  }
  th {
    padding: 5px 12px;
    text-align: start;
    color: var(--text-3);
    font-size: 12.5px;
    font-weight: 550;
    background: var(--surface-2);
    border-block: 1px solid var(--border);
    white-space: nowrap;
  }
  td {
    padding: 6px 12px;
    border-bottom: 1px solid var(--border);
    overflow-wrap: anywhere;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .end {
    text-align: end;
    white-space: nowrap;
  }
`;
