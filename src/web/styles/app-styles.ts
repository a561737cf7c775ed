import { css } from 'lit';

/** Layout of the shell: navigation in the header on wide screens, in a bar at the bottom on phones. */
export const appStyles = css`
  :host {
    display: block;
  }
  .skip {
    position: absolute;
    left: 8px;
    top: -60px;
    z-index: 30;
    padding: 8px 14px;
    border-radius: 8px;
    background: var(--surface);
    box-shadow: var(--shadow-2);
  }
  .skip:focus {
    top: 8px;
  }
  header {
    position: sticky;
    top: 0;
    z-index: 10;
    display: flex;
    align-items: center;
    gap: 8px;
    height: var(--header-height);
    padding: 0 clamp(10px, 2vw, 20px);
    background: var(--surface);
    border-bottom: 1px solid var(--border);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 9px;
    min-width: 0;
    color: var(--text);
    text-decoration: none;
    border-radius: 6px;
  }
  .brand img {
    width: 28px;
    height: 28px;
    flex: none;
  }
  .product {
    font-weight: 680;
    letter-spacing: -0.01em;
    white-space: nowrap;
  }
  .tenant {
    padding-left: 9px;
    border-left: 1px solid var(--border);
    color: var(--text-2);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  nav {
    display: flex;
    gap: 2px;
    margin-left: clamp(6px, 2vw, 28px);
    height: 100%;
  }
  nav a {
    position: relative;
    display: flex;
    align-items: center;
    gap: 7px;
    padding: 0 12px;
    color: var(--text-2);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
  }
  nav a:focus-visible {
    outline-offset: -4px;
    border-radius: 8px;
  }
  nav a:hover {
    color: var(--text);
  }
  nav a[aria-current='page'] {
    color: var(--accent);
  }
  nav a[aria-current='page']::after {
    content: '';
    position: absolute;
    inset: auto 8px -1px;
    height: 2px;
    border-radius: 2px 2px 0 0;
    background: var(--accent);
  }
  nav .badge {
    min-width: 19px;
    padding: 0 5px;
    border-radius: 10px;
    background: var(--accent-fill);
    color: var(--accent-text);
    font-size: 11.5px;
    font-weight: 700;
    line-height: 19px;
    text-align: center;
  }
  nav .badge.overdue {
    background: var(--bad-fill);
    color: #fff;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 6px;
    margin-left: auto;
  }
  .session-warning {
    margin-bottom: 12px;
  }
  main {
    outline: none;
    padding: clamp(12px, 2vw, 22px) clamp(10px, 2vw, 24px) calc(24px + var(--tabbar-height));
    max-width: 1440px;
    margin: 0 auto;
  }
  @media (max-width: 1020px) {
    .product {
      display: none;
    }
    .tenant {
      border: 0;
      padding: 0;
      font-weight: 600;
      color: var(--text);
    }
  }
  @media (max-width: 720px) {
    nav {
      position: fixed;
      inset: auto 0 0;
      z-index: 12;
      height: var(--tabbar-height);
      margin: 0;
      padding-bottom: env(safe-area-inset-bottom);
      background: var(--surface);
      border-top: 1px solid var(--border);
    }
    nav a {
      flex: 1;
      flex-direction: column;
      justify-content: center;
      gap: 2px;
      padding: 0 2px;
      font-size: 11.5px;
      min-width: 0;
    }
    nav .badge {
      position: absolute;
      top: 4px;
      left: calc(50% + 6px);
      min-width: 17px;
      line-height: 17px;
      font-size: 11px;
    }
    nav a[aria-current='page']::after {
      inset: -1px 22% auto;
      border-radius: 0 0 2px 2px;
    }
    main {
      padding-inline: 0;
      padding-top: 0;
    }
    .tools {
      gap: 2px;
    }
  }
`;
