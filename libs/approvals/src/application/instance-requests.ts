import type { FormData } from '../engine/form/form-schema.js';

/** A new instance. The process is named by `processId` or by `code`. */
export interface StartInstance {
  readonly processId?: string | undefined;
  readonly code?: string | undefined;
  /** @defaultValue the name of the process */
  readonly title?: string | undefined;
  readonly businessType?: string | undefined;
  readonly businessId?: string | undefined;
  readonly formData?: FormData | undefined;
  /** Whether every value of `formData` is a text, to be converted to the types of the form. @defaultValue false */
  readonly formDataIsText?: boolean | undefined;
  /** The people picked for steps with `applicant_pick`, by the id of the step. */
  readonly picks?: PicksByStep | undefined;
  /** Whether the instance is stored without being submitted. @defaultValue false */
  readonly draft?: boolean | undefined;
}

/** A submission of a draft or of a returned instance. */
export interface SubmitInstance {
  readonly formData?: FormData | undefined;
  readonly picks?: PicksByStep | undefined;
  readonly comment?: string | undefined;
}

/** The people picked for steps, by the id of the step. */
export type PicksByStep = Readonly<Record<string, readonly string[]>>;
