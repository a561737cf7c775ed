import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { WatchController } from '../reactive/watch-controller.js';
import { currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import './herald-icon.js';

export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
}

/**
 * Selects recipients from a list, or by typing ids (Enter or comma). Keys of a combobox: arrows, Enter, Escape. Backspace
 * in the empty field removes the last recipient.
 * @fires chosen with the ids
 */
@customElement('herald-recipient-picker')
export class HeraldRecipientPicker extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
      }
      .box {
        display: flex;
        flex-wrap: wrap;
        gap: 5px;
        align-items: center;
        padding: 4px 6px;
        min-height: 38px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        cursor: text;
      }
      .box:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: -1px;
      }
      .box.invalid {
        border-color: var(--bad);
      }
      .picked {
        display: inline-flex;
        align-items: center;
        gap: 2px;
        padding: 2px 2px 2px 9px;
        border-radius: 6px;
        background: var(--accent-soft);
        font-weight: 550;
        font-size: 13px;
      }
      .picked button {
        display: inline-flex;
        padding: 3px;
        border: 0;
        border-radius: 5px;
        background: transparent;
        color: var(--text-2);
        cursor: pointer;
        --icon-size: 14px;
      }
      .picked button:hover {
        background: var(--surface);
      }
      input {
        flex: 1 1 120px;
        min-width: 80px;
        min-height: 28px;
        border: 0;
        outline: 0;
        background: transparent;
      }
      input:focus-visible {
        outline: 0;
      }
      .options {
        position: absolute;
        z-index: 5;
        left: 0;
        right: 0;
        margin-top: 4px;
        max-height: 264px;
        overflow: auto;
        padding: 5px;
        background: var(--surface);
        border: 1px solid var(--border);
        border-radius: var(--radius);
        box-shadow: var(--shadow-2);
      }
      .option {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        padding: 7px 10px;
        border-radius: 6px;
        cursor: pointer;
      }
      .option.active {
        background: var(--accent-soft);
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  @property() fault = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  /** How many can be chosen. @defaultValue no limit */
  @property({ type: Number }) limit = Infinity;
  @state() private typed = '';
  @state() private open = false;
  @state() private active = 0;
  @query('input') private input!: HTMLInputElement;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  #offered(): readonly Choice[] {
    const wanted = this.typed.trim().toLowerCase();
    return this.choices.filter(
      ({ id, name, hint }) => !this.chosen.includes(id) && `${id} ${name} ${hint}`.toLowerCase().includes(wanted),
    );
  }

  #set(chosen: readonly string[]): void {
    this.typed = '';
    this.input.value = '';
    this.active = 0;
    this.dispatchEvent(new CustomEvent('chosen', { detail: chosen }));
  }

  #add(id: string): void {
    if (id !== '' && !this.chosen.includes(id)) this.#set([...this.chosen, id]);
  }

  /** Adds the typed text on blur, Enter or comma: the choice with that name, else an id. */
  #addTyped(): void {
    const typed = this.typed.trim();
    if (typed === '') return;
    const exact = this.choices.find(({ id, name }) => id === typed || name.toLowerCase() === typed.toLowerCase());
    this.#add(exact?.id ?? typed);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const offered = this.#offered();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (this.open) this.active = wrapIndex(this.active + (event.key === 'ArrowDown' ? 1 : -1), offered.length);
      this.open = true;
    } else if (event.key === 'Enter') {
      const option = offered[this.active];
      if (this.open && option !== undefined) this.#add(option.id);
      else this.#addTyped();
    } else if (event.key === ',') this.#addTyped();
    else if (event.key === 'Escape' && this.open) this.open = false;
    else if (event.key === 'Backspace' && this.typed === '' && this.chosen.length > 0) {
      this.#set(this.chosen.slice(0, -1));
    } else return;
    event.preventDefault();
  };

  override render() {
    const offered = this.#offered();
    const isOpen = this.open && offered.length > 0 && this.chosen.length < this.limit;
    return html`
      <div class="field">
        <label class="label" for="field">${this.label}</label>
        <div class="box ${this.fault === '' ? '' : 'invalid'}" @click=${() => this.input.focus()}>
          ${this.chosen.map((id) => this.renderPicked(id))}
          <input
            id="field"
            role="combobox"
            autocomplete="off"
            maxlength="128"
            aria-expanded=${isOpen}
            aria-controls="options"
            aria-autocomplete="list"
            aria-activedescendant=${isOpen ? `option-${this.active}` : nothing}
            aria-invalid=${this.fault !== ''}
            aria-describedby="note"
            placeholder=${this.chosen.length === 0 ? this.hint : nothing}
            @keydown=${this.#onKey}
            @input=${() => {
              this.typed = this.input.value;
              this.active = 0;
              this.open = true;
            }}
            @focus=${() => (this.open = true)}
            @blur=${() => {
              this.open = false;
              this.#addTyped();
            }}
          />
        </div>
        <span id="note" class="fault" role="alert" ?hidden=${this.fault === ''}>${this.fault}</span>
      </div>
      <div id="options" class="options" role="listbox" aria-label=${this.label} ?hidden=${!isOpen}>
        ${offered.map(
          (choice, index) =>
            html`<div
              id=${`option-${index}`}
              class="option ${index === this.active ? 'active' : ''}"
              role="option"
              data-id=${choice.id}
              aria-selected=${index === this.active}
              @pointerdown=${(event: Event) => event.preventDefault()}
              @click=${() => this.#add(choice.id)}
            >
              <span>${choice.name}</span><span class="hint">${choice.hint}</span>
            </div>`,
        )}
      </div>
    `;
  }

  private renderPicked(id: string) {
    const name = this.choices.find((choice) => choice.id === id)?.name ?? id;
    return html`<span class="picked"
      >${name}<button
        type="button"
        aria-label=${t('send.remove', { name })}
        @click=${() => this.#set(this.chosen.filter((other) => other !== id))}
      >
        <herald-icon name="close"></herald-icon></button
    ></span>`;
  }
}

function wrapIndex(index: number, length: number): number {
  return length === 0 ? 0 : (index + length) % length;
}
