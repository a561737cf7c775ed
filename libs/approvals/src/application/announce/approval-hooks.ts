import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { InstanceEvent } from '../../engine/instance/instance-event.js';
import type { Instance } from '../../store/instance-store.js';

/** The argument of a hook. */
export interface HookContext {
  /** The transaction of the command. What the hook writes and publishes through it commits with the command, or not at all. */
  readonly manager: EntityManager;
  readonly tenantId: string;
  /** The instance after the command. */
  readonly instance: Instance;
  readonly actorId: string;
  /** The reason of the change of status. */
  readonly reason: string | null;
}

/** Called in the transaction of the command. An error rolls everything back, and nothing is announced. */
export type Hook = (context: HookContext) => Promise<void> | void;

/** The hooks of a process, by the new status of the instance. */
export interface ApprovalHandlers {
  /** The instance was submitted, for the first time or again. */
  readonly onStarted?: Hook;
  readonly onReturned?: Hook;
  readonly onApproved?: Hook;
  readonly onRejected?: Hook;
  readonly onWithdrawn?: Hook;
  readonly onCancelled?: Hook;
  readonly onExpired?: Hook;
}

const HANDLER_OF_STATUS = {
  running: 'onStarted',
  returned: 'onReturned',
  approved: 'onApproved',
  rejected: 'onRejected',
  withdrawn: 'onWithdrawn',
  cancelled: 'onCancelled',
  expired: 'onExpired',
} as const satisfies Record<string, keyof ApprovalHandlers>;

/**
 * Registry of the host's hooks, by the code of the process. Hooks run while the row of the instance is locked: keep them short,
 * lock your own rows only after it, and do slow or remote work after an event instead.
 */
@Injectable()
export class ApprovalHooks {
  readonly #handlers = new Map<string, ApprovalHandlers[]>();

  /**
   * Adds handlers for a process of every tenant. Several handlers run in the order in which they were added.
   *
   * @param code of the process, or `*` for all processes
   * @returns a function that removes the handlers
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

  /** Calls the hooks of every change of status among the events, in order. @throws any error of a hook */
  async call(context: HookContext, events: readonly InstanceEvent[]): Promise<void> {
    const handlers = [...(this.#handlers.get(context.instance.code) ?? []), ...(this.#handlers.get('*') ?? [])];
    if (handlers.length === 0) return;
    for (const event of events) {
      if (event.type !== 'status_changed' || !(event.to in HANDLER_OF_STATUS)) continue;
      // Resuming after a suspension is no submission.
      if (event.to === 'running' && event.from === 'suspended') continue;
      const name = HANDLER_OF_STATUS[event.to as keyof typeof HANDLER_OF_STATUS];
      for (const handler of handlers) await handler[name]?.({ ...context, reason: event.reason });
    }
  }
}
