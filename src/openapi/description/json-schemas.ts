import { z } from 'zod';

/** A JSON Schema in an OpenAPI 3.1 document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Converts zod schemas to JSON Schemas. It collects those with an id (`.meta({ id })`) as shared components, so each type
 * is described once and referenced by name.
 */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** @param direction `input` for what callers send (before defaults), `output` for what they receive. */
  of(schema: z.ZodType, direction: 'input' | 'output'): JsonSchema {
    const {
      $schema: _dialect,
      $defs,
      ...root
    } = z.toJSONSchema(schema, {
      io: direction,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        // JSON has no dates: they are sent as text.
        if (zodSchema._zod.def.type === 'date') jsonSchema.type = 'string';
      },
    });
    for (const [id, definition] of Object.entries($defs ?? {})) this.#add(id, definition as JsonSchema);
    const id = schema.meta()?.id;
    if (id === undefined) return this.#relocate(root);
    this.#add(id, root);
    return { $ref: `#/components/schemas/${id}` };
  }

  /** All components collected so far, by id. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => a.localeCompare(b)));
  }

  #add(id: string, definition: JsonSchema): void {
    const { id: _id, ...rest } = definition;
    this.#components.set(id, this.#relocate(rest));
  }

  #relocate(schema: JsonSchema): JsonSchema {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
  }
}
