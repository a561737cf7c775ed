import type { DemoApi, DemoPerson } from '../api/demo-api.js';
import { Observed } from '../reactive/observed.js';

/** Names behind ids, for one's own company. Where nobody tells them (outside demo mode) an id stands for itself. */
export class People extends Observed {
  #people: readonly DemoPerson[] = [];

  constructor(
    private readonly api: DemoApi,
    private readonly tenantId: string,
  ) {
    super();
  }

  get all(): readonly DemoPerson[] {
    return this.#people;
  }

  async load(): Promise<void> {
    try {
      const tenants = await this.api.people(true);
      this.#people = tenants.find(({ id }) => id === this.tenantId)?.people ?? [];
      this.changed();
    } catch {
      // No list of people here: ids stand for themselves.
    }
  }

  nameOf(id: string): string {
    return this.#people.find((person) => person.id === id)?.name ?? id;
  }

  titleOf(id: string): string {
    return this.#people.find((person) => person.id === id)?.title ?? id;
  }
}
