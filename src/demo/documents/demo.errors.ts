import { Refusal } from '@nest-herald/platform/http';

/** Codes with which the demo's documents refuse a request, besides the common ones; stable. */
export type DemoRefusalCode =
  'not_found' | 'not_requester' | 'not_submittable' | 'submit_the_document' | 'invalid_form' | 'precondition_failed';

const STATUS: Readonly<Record<DemoRefusalCode, number>> = {
  not_found: 404,
  not_requester: 403,
  not_submittable: 409,
  submit_the_document: 409,
  invalid_form: 422,
  precondition_failed: 412,
};

/** The refusal of a request for a demo document. */
export class DemoRefusal extends Refusal {
  constructor(code: DemoRefusalCode, detail: string) {
    super(STATUS[code], code, detail);
    this.name = 'DemoRefusal';
  }
}
