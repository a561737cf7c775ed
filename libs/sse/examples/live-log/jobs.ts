import { Injectable, NotFoundException } from '@nestjs/common';
import type { Principal } from '@nest-herald/platform';
import { SseBroker } from '@nest-herald/sse';

interface JobEvents {
  readonly line: { readonly no: number; readonly text: string };
}

/** Lines that a late reader gets; older ones are dropped. */
const KEPT_LINES = 100;

/** A running job and the newest lines of its log. */
interface Job {
  readonly owner: Principal;
  readonly lines: JobEvents['line'][];
}

/** The jobs of this process and their logs. */
@Injectable()
export class Jobs {
  readonly #jobs = new Map<string, Job>();

  constructor(private readonly broker: SseBroker<JobEvents>) {}

  start(id: string, owner: Principal): void {
    this.#jobs.set(id, { owner, lines: [] });
  }

  linesOf(id: string): readonly JobEvents['line'][] {
    return this.#jobs.get(id)?.lines ?? [];
  }

  /** @throws NotFoundException also for another user's job, so that its existence stays unknown. */
  requireOwner(id: string, { tenantId, userId }: Principal): Job {
    const job = this.#jobs.get(id);
    if (job?.owner.tenantId === tenantId && job.owner.userId === userId) return job;
    throw new NotFoundException('You have no job with this id.');
  }

  /** Ephemeral, without a conflation key, because no line may replace another. */
  async write(id: string, me: Principal, text: string): Promise<void> {
    const { lines } = this.requireOwner(id, me);
    const line = { no: (lines.at(-1)?.no ?? 0) + 1, text };
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    await this.broker.sendToTopic(me.tenantId, `job:${id}`, { event: 'line', data: line, durable: false });
  }

  finish(id: string, me: Principal): void {
    this.requireOwner(id, me);
    this.#jobs.delete(id);
  }
}
