import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

/** The initials of a person. Decorative: the name is shown beside it. */
@customElement('herald-avatar')
export class HeraldAvatar extends LitElement {
  static override styles = css`
    :host {
      display: inline-grid;
      place-items: center;
      width: var(--avatar-size, 36px);
      height: var(--avatar-size, 36px);
      flex: none;
      border-radius: 50%;
      background: var(--accent-soft);
      color: var(--accent);
      font-weight: 650;
      font-size: calc(var(--avatar-size, 36px) * 0.36);
      letter-spacing: 0.02em;
      user-select: none;
    }
  `;

  @property() name = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('aria-hidden', 'true');
  }

  override render() {
    return html`${initials(this.name)}`;
  }
}

/** "Ada Lovelace" → "AL", "王小明" → "小明", "buyer" → "B". */
function initials(name: string): string {
  const trimmed = name.trim();
  if (/^\p{Script=Han}+$/u.test(trimmed)) return trimmed.slice(-2);
  const words = trimmed.split(/[\s._-]+/).filter(Boolean);
  const firsts = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.match(/./u)?.[0] ?? '');
  return firsts.join('').toUpperCase();
}
