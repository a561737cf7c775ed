import { demoData, type DemoLanguage } from '../data/demo-data.js';

/** A text in both languages of the demo companies. */
type Translated = Readonly<Record<DemoLanguage, string>>;

/** A department of the demo companies. */
export interface DepartmentPlan {
  readonly id: string;
  readonly name: Translated;
  readonly parentId: string | null;
  /** The fixed person who leads the department. Without it the company gets a further employee as its leader. */
  readonly leader?: 'admin' | 'manager' | 'finance' | 'hr';
  /** Number of people besides the leader. */
  readonly size: number;
  /** Role of the people in the department. */
  readonly role: string;
  /**
   * Role of the first of them instead. Finance uses it: with the two fixed people three have the role `finance`, and two of
   * them must agree to a large order.
   */
  readonly firstRole?: string;
  readonly jobs: readonly Translated[];
}

/** The same tree in both companies; parents come before their children. */
export const DEPARTMENTS = demoData<readonly DepartmentPlan[]>('departments');
