import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FieldSchema, FormData } from '../api/approval.js';
import { WatchController } from '../reactive/watch-controller.js';
import type { FieldFault } from '../approvals/form-draft.js';
import { fieldOrder } from '../approvals/form-rows.js';
import { localizedName } from '../approvals/localized-name.js';
import { currentLanguage, t } from '../i18n/language.js';
import { controls } from '../styles/controls.js';
import { schemaFormStyles } from '../styles/schema-form-styles.js';
import './herald-icon.js';

/**
 * An editable process form: texts, numbers, dates, choices and lists of lines. Fields of other types keep their value.
 * @fires edited with the whole form
 */
@customElement('herald-schema-form')
export class HeraldSchemaForm extends LitElement {
  static override styles = [controls, schemaFormStyles];

  @property({ attribute: false }) schema!: FieldSchema;
  @property({ attribute: false }) value: FormData = {};
  /** Shows only these fields. Null shows all. */
  @property({ attribute: false }) fields: readonly string[] | null = null;
  /** Fields that are computed from others. They are read-only. */
  @property({ attribute: false }) computed: readonly string[] = [];
  @property({ attribute: false }) errors: readonly FieldFault[] = [];
  @property() hint = '';

  constructor() {
    super();
    new WatchController(this, () => [currentLanguage]);
  }

  #edit(value: FormData): void {
    this.dispatchEvent(new CustomEvent('edited', { detail: value }));
  }

  override render() {
    const names = fieldOrder(this.schema);
    const shown = this.fields === null ? names : names.filter((name) => this.fields?.includes(name));
    return html`
      ${this.hint === '' ? nothing : html`<p class="hint">${this.hint}</p>`}
      <div class="grid">
        ${shown.map((name) => {
          const schema = this.schema.properties![name]!;
          const set = (value: unknown): void => this.#edit({ ...this.value, [name]: value });
          return schema.type === 'array'
            ? this.renderLines(name, schema, set)
            : this.renderField(
                name,
                schema,
                this.value[name],
                set,
                name,
                this.schema.required?.includes(name) === true,
              );
        })}
      </div>
    `;
  }

  private renderField(
    name: string,
    schema: FieldSchema,
    value: unknown,
    set: (value: unknown) => void,
    path: string,
    isRequired: boolean,
  ) {
    if (schema.type === 'object') return nothing;
    const fault = this.#faultAt(path);
    const title = localizedName('field', name, schema.title ?? name);
    const isWide = schema.format === 'textarea' || (schema.maxLength ?? 0) > 100;
    return html`<label class="field ${isWide ? 'wide' : ''}">
      <span class="label"
        >${title}${isRequired ? html`<span class="required" aria-hidden="true"> *</span>` : nothing}</span
      >
      ${this.renderInput(path, schema, value, set, isRequired, fault !== '')}
      ${fault === '' ? nothing : html`<span class="fault">${fault}</span>`}
    </label>`;
  }

  private renderInput(
    path: string,
    schema: FieldSchema,
    value: unknown,
    set: (value: unknown) => void,
    isRequired: boolean,
    isFaulty: boolean,
  ) {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    const isComputed = this.computed.includes(path);
    const entered = (event: Event): string => (event.target as HTMLInputElement).value;
    if (schema.enum !== undefined) {
      return html`<select
        class="input"
        name=${path}
        aria-invalid=${isFaulty}
        @change=${(event: Event) => set(schema.enum?.find((one) => String(one) === entered(event)))}
      >
        ${schema.enum.map(
          (one) =>
            html`<option value=${String(one)} ?selected=${one === value}>
              ${localizedName('value', String(one), String(one))}
            </option>`,
        )}
      </select>`;
    }
    if (schema.type === 'boolean') {
      return html`<input
        type="checkbox"
        name=${path}
        .checked=${value === true}
        @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
      />`;
    }
    if (schema.format === 'textarea') {
      return html`<textarea
        class="input"
        name=${path}
        rows="3"
        maxlength=${schema.maxLength ?? 10_000}
        aria-invalid=${isFaulty}
        .value=${text}
        @input=${(event: Event) => set(entered(event))}
      ></textarea>`;
    }
    const isNumber = schema.type === 'number' || schema.type === 'integer';
    const type = isNumber ? 'number' : schema.format === 'date' ? 'date' : 'text';
    return html`<input
      class="input ${isNumber ? 'number' : ''}"
      name=${path}
      type=${type}
      step=${isNumber ? 'any' : nothing}
      min=${schema.minimum ?? nothing}
      max=${schema.maximum ?? nothing}
      maxlength=${schema.maxLength ?? nothing}
      autocomplete="off"
      ?readonly=${isComputed}
      aria-invalid=${isFaulty}
      aria-required=${isRequired}
      .value=${text}
      @input=${(event: Event) => set(isNumber ? numberOf(entered(event)) : entered(event))}
    />`;
  }

  private renderLines(name: string, schema: FieldSchema, set: (value: unknown) => void) {
    const { items } = schema;
    if (items?.type !== 'object') return nothing;
    const lines = (Array.isArray(this.value[name]) ? this.value[name] : []) as readonly FormData[];
    const fields = fieldOrder(items).map((field) => [field, items.properties![field]!] as const);
    return html`<fieldset class="wide lines">
      <legend class="label">${localizedName('field', name, schema.title ?? name)}</legend>
      ${lines.map(
        (line, index) =>
          html`<div class="line" role="group" aria-label=${t('form.line', { n: index + 1 })}>
            ${fields.map(([field, fieldSchema]) =>
              this.renderField(
                field,
                { ...fieldSchema, maxLength: Math.min(fieldSchema.maxLength ?? 100, 100) },
                line[field],
                (value) => set(lines.with(index, { ...line, [field]: value })),
                `${name}.${index}.${field}`,
                items.required?.includes(field) === true,
              ),
            )}
            <button
              type="button"
              class="button quiet icon remove"
              aria-label=${t('form.removeLine', { n: index + 1 })}
              @click=${() => set(lines.toSpliced(index, 1))}
            >
              <herald-icon name="trash"></herald-icon>
            </button>
          </div>`,
      )}
      <button
        type="button"
        class="button add"
        ?disabled=${lines.length >= (schema.maxItems ?? 200)}
        @click=${() => set([...lines, {}])}
      >
        <herald-icon name="plus"></herald-icon>${t('form.addLine')}
      </button>
    </fieldset>`;
  }

  #faultAt(path: string): string {
    const found = this.errors.find(({ path: at }) => at.replace(/^formData\./, '') === path);
    return found?.message ?? '';
  }
}

/** The typed number, or `undefined` while it is not a number. */
function numberOf(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
