import { css } from 'lit';

/** Pages made of tiles and tables: connection, online users. */
export const panelStyles = css`
  :host {
    display: grid;
    gap: 14px;
    max-width: 1120px;
    margin: 0 auto;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 10px;
  }
  .verbs {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .stream-state {
    display: flex;
    align-items: center;
    gap: 14px;
    padding: 14px 18px;
  }
  .stream-state .since {
    margin-left: auto;
    color: var(--text-2);
    text-align: end;
  }
  .indicator {
    width: 14px;
    height: 14px;
    border-radius: 50%;
    background: var(--text-3);
    flex: none;
  }
  .open .indicator {
    background: var(--good);
    box-shadow: 0 0 0 5px var(--good-soft);
  }
  .waiting .indicator,
  .connecting .indicator {
    background: transparent;
    border: 3px solid var(--warn);
    box-shadow: 0 0 0 5px var(--warn-soft);
  }
  .closed .indicator {
    background: var(--bad);
    border-radius: 3px;
    box-shadow: 0 0 0 5px var(--bad-soft);
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
    gap: 10px;
  }
  .tile {
    display: grid;
    gap: 3px;
    align-content: start;
    padding: 11px 14px;
    min-width: 0;
  }
  .tile dt {
    color: var(--text-3);
    font-size: 12.5px;
  }
  .tile dd {
    font-size: 17px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .tile.mono {
    font-family: var(--font);
  }
  .tile.mono dd {
    font-family: var(--mono);
    font-size: 13px;
    line-height: 24px;
    font-weight: 500;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .recent,
  .people {
    overflow: hidden;
  }
  .recent h2 {
    padding: 13px 18px 9px;
  }
  .recent > p {
    padding: 0 18px 16px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13.5px;
  }
  th {
    padding: 7px 18px;
    text-align: start;
    color: var(--text-3);
    font-size: 12.5px;
    font-weight: 550;
    background: var(--surface-2);
    border-block: 1px solid var(--border);
    white-space: nowrap;
  }
  td {
    padding: 7px 18px;
    border-bottom: 1px solid var(--border);
    overflow-wrap: anywhere;
  }
  td.number,
  .recent td:last-child {
    white-space: nowrap;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .end {
    text-align: end;
  }
  @media (max-width: 720px) {
    :host {
      padding: 12px 12px 0;
    }
    .tiles {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    th,
    td {
      padding-inline: 12px;
    }
  }
`;
