import { demoDataByLanguage } from '../data/demo-data.js';
import type { NewLeave } from '../leave/leave-request.schemas.js';

/** What the documents of a demo company are made from. */
interface DocumentData {
  readonly currency: string;
  readonly suppliers: readonly string[];
  readonly goods: readonly string[];
  readonly leaveReasons: Readonly<Record<NewLeave['kind'], readonly (string | null)[]>>;
  readonly openOrders: readonly {
    readonly supplier: string;
    readonly item: string;
    readonly quantity: number;
    readonly amount: number;
  }[];
  readonly openLeave: readonly {
    readonly post: 'finance2' | 'hr' | 'manager';
    readonly kind: NewLeave['kind'];
    /** Days from today to the first day of leave. */
    readonly inDays: number;
    readonly days: number;
    readonly reason: string;
  }[];
}

/** See {@link DocumentData}. */
export const DOCUMENT_DATA = demoDataByLanguage<DocumentData>('documents');
