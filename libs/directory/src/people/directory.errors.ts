import { Refusal } from '@nest-herald/platform/http';

/** Every code of a {@link DirectoryRefusal}; stable. */
export type DirectoryRefusalCode =
  'not_found' | 'department_cycle' | 'department_too_deep' | 'manager_cycle' | 'precondition_failed';

const STATUS: Readonly<Record<DirectoryRefusalCode, number>> = {
  not_found: 404,
  department_cycle: 409,
  department_too_deep: 409,
  manager_cycle: 409,
  precondition_failed: 412,
};

/** An expected negative answer of the directory. */
export class DirectoryRefusal extends Refusal {
  constructor(code: DirectoryRefusalCode, detail: string) {
    super(STATUS[code], code, detail);
    this.name = 'DirectoryRefusal';
  }
}
