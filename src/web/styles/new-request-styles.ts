import { css } from 'lit';

/** The form of a new request. */
export const newRequestStyles = css`
  :host {
    display: block;
    width: 100%;
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 18px;
    max-width: 820px;
    padding: clamp(14px, 2.2vw, 26px);
  }
  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
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
  .segments a {
    padding: 5px 14px;
    border-radius: 7px;
    font-weight: 550;
    color: var(--text-2);
    text-decoration: none;
  }
  .segments a[aria-current] {
    background: var(--raised);
    color: var(--text);
    box-shadow: var(--shadow-1);
  }
  .foot {
    display: flex;
    justify-content: flex-end;
  }
  @media (max-width: 720px) {
    .foot .button {
      flex: 1;
    }
  }
`;
