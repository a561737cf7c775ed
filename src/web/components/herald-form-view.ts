import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FieldSchema, FormData } from '../api/approval.js';
import { WatchController } from '../reactive/watch-controller.js';
import { formRows } from '../approvals/form-rows.js';
import type { FormRow, FormValue } from '../approvals/form-rows.js';
import { localizedName } from '../approvals/localized-name.js';
import { currentLanguage, t } from '../i18n/language.js';
import { dayOf, fullTime, money, number } from '../i18n/time.js';
import { controls } from '../styles/controls.js';
import { formViewStyles } from '../styles/form-view-styles.js';

/** The values of a form, read-only: titles from the definition, amounts with currency, lists as tables. Text only. */
@customElement('herald-form-view')
export class HeraldFormView extends LitElement {
  static override styles = [controls, formViewStyles];

  @property({ attribute: false }) schema: FieldSchema | undefined;
  @property({ attribute: false }) form: FormData = {};
  @property({ attribute: false }) nameOf: (id: string) => string = (id) => id;

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  override render() {
    const rows = formRows(this.schema, this.form);
    if (rows.length === 0) return html`<p class="quiet-text">${t('request.emptyForm')}</p>`;
    const simple = rows.filter(({ value }) => value.kind !== 'table');
    return html`
      <dl>
        ${simple.map(
          (row) =>
            html`<div class=${isLong(row.value) ? 'long' : ''}>
              <dt>${this.#title(row.name, row.title)}</dt>
              <dd data-field=${row.name}>${this.renderValue(row.value)}</dd>
            </div>`,
        )}
      </dl>
      ${rows.map((row) => (row.value.kind === 'table' ? this.renderTable(row, row.value) : ''))}
    `;
  }

  private renderTable(row: FormRow, { columns, rows }: Extract<FormValue, { readonly kind: 'table' }>) {
    return html`<div class="table" tabindex="0" role="group" aria-label=${this.#title(row.name, row.title)}>
      <table>
        <caption>
          ${this.#title(row.name, row.title)}
        </caption>
        <thead>
          <tr>
            ${columns.map(
              ({ name, title, isNumber }) =>
                html`<th scope="col" class=${isNumber ? 'end' : ''}>${this.#title(name, title)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map(
                  (cell, index) =>
                    html`<td class=${columns[index]?.isNumber ? 'end number' : ''}>
                      ${cell === null ? '' : this.renderValue(cell)}
                    </td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderValue(value: FormValue): unknown {
    switch (value.kind) {
      case 'text':
        return value.text;
      case 'choice':
        return localizedName('value', value.text, value.text);
      case 'user':
        return this.nameOf(value.text);
      case 'date':
        return dayOf(value.text);
      case 'date-time':
        return fullTime(value.text);
      case 'number':
        return number(value.value);
      case 'money':
        return money(value.value, value.currency);
      case 'boolean':
        return t(value.value ? 'value.yes' : 'value.no');
      case 'list':
        return value.values.map((item, index) => [index === 0 ? '' : ', ', this.renderValue(item)]);
      case 'table':
        return '';
      default:
        return value satisfies never;
    }
  }

  #title(name: string, title: string | null): string {
    return localizedName('field', name, title ?? name);
  }
}

function isLong(value: FormValue): boolean {
  return (value.kind === 'text' && value.text.length > 60) || value.kind === 'list';
}
