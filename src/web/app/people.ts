import type { DemoApi, DemoPerson } from '../api/demo-api.js';
import { Observed } from '../reactive/observed.js';

/** Names and titles of the people in one's own tenant. Outside demo mode there is no list, and ids are shown instead. */
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
      // Without a list the page shows ids.
    }
  }

  nameOf(id: string): string {
    return this.#people.find((person) => person.id === id)?.name ?? id;
  }

  titleOf(id: string): string {
    return this.#people.find((person) => person.id === id)?.title ?? id;
  }
}
