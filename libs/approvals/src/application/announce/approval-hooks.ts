import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { InstanceEvent } from '../../engine/instance/instance-event.js';
import type { Instance } from '../../http/instance.schemas.js';

/** What a hook is told. */
export interface HookContext {
  /** Of the transaction that changes the instance: what the hook writes and publishes through it shares its fate. */
  readonly manager: EntityManager;
  readonly tenantId: string;
  /** As it is after the whole command. */
  readonly instance: Instance;
  readonly actorId: string;
  /** What was said with it. */
  readonly reason: string | null;
}

/** Called inside the transaction of the command; one that throws rolls everything back, and nothing is pushed. */
export type Hook = (context: HookContext) => Promise<void> | void;

/** What business code does when its requests change status. */
export interface ApprovalHandlers {
  /** Submitted, for the first time or again. */
  readonly onStarted?: Hook;
  readonly onReturned?: Hook;
  readonly onApproved?: Hook;
  readonly onRejected?: Hook;
  readonly onWithdrawn?: Hook;
  readonly onCancelled?: Hook;
  readonly onExpired?: Hook;
}

const HANDLER_OF = {
  running: 'onStarted',
  returned: 'onReturned',
  approved: 'onApproved',
  rejected: 'onRejected',
  withdrawn: 'onWithdrawn',
  cancelled: 'onCancelled',
  expired: 'onExpired',
} as const satisfies Record<string, keyof ApprovalHandlers>;

/**
 * Business code that takes part in approvals, by the code of the process. Hooks run while the instance's row is locked: keep
 * them short, take locks of the own tables behind it only, and do slow or remote work from an event instead.
 */
@Injectable()
export class ApprovalHooks {
  readonly #handlers = new Map<string, ApprovalHandlers[]>();

  /**
   * Adds handlers for a process of every tenant; several run in the order in which they were added.
   * @param code of the process, or `*` for all.
   * @returns a function that takes them out again.
   */
  on(code: string, handlers: ApprovalHandlers): () => void {
    const known = this.#handlers.get(code) ?? [];
    this.#handlers.set(code, [...known, handlers]);
    return () => {
      const left = (this.#handlers.get(code) ?? []).filter((other) => other !== handlers);
      if (left.length === 0) this.#handlers.delete(code);
      else this.#handlers.set(code, left);
    };
  }

  /** Tells of every change of status among these events, in order. @throws whatever a hook throws. */
  async tell(context: HookContext, events: readonly InstanceEvent[]): Promise<void> {
    const handlers = [...(this.#handlers.get(context.instance.code) ?? []), ...(this.#handlers.get('*') ?? [])];
    if (handlers.length === 0) return;
    for (const event of events) {
      if (event.type !== 'status_changed' || !(event.to in HANDLER_OF)) continue;
      // Going on after a suspension is no submission.
      if (event.to === 'running' && event.from === 'suspended') continue;
      const name = HANDLER_OF[event.to as keyof typeof HANDLER_OF];
      for (const handler of handlers) await handler[name]?.({ ...context, reason: event.reason });
    }
  }
}
