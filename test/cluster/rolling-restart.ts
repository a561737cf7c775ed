import { setTimeout as delay } from 'node:timers/promises';
import { ResumingFollower } from '../support/resuming-follower.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';
import { Publisher } from './publisher.js';
import type { LocalCluster } from './local-cluster.js';

/** The result of a rolling restart. */
export interface RollingResult {
  readonly restarts: number;
  /** Accepted events. */
  readonly published: number;
  readonly followers: number;
  /** Streams that followers opened after their first one. */
  readonly reconnects: number;
  /** Repeated requests of publishers. */
  readonly retries: number;
  /** Summed over all followers: events that never arrived, arrived twice, or arrived after a later one of the same publisher. */
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Streams that could not be resumed. */
  readonly resyncs: number;
}

/** The load during the restarts. */
export interface RollingPlan {
  readonly rounds: number;
  readonly followers: number;
  readonly publishers: number;
  readonly report?: (line: string) => void;
}

const TYPE = 'roll';
const LAST_EVENT_MS = 30_000;

/** Restarts each server in turn while publishers and followers use the proxy, and counts violations. */
export async function rollingRestart(cluster: LocalCluster, plan: RollingPlan): Promise<RollingResult> {
  const report = plan.report ?? (() => undefined);
  const claims = { tenant: 'acme', topics: ['roll:*'], permissions: ['sse:send'] };
  const token = (user: string) => signToken({ ...claims, user }, cluster.jwtSecret);
  const url = (): string => cluster.proxy.url;
  const followers: ResumingFollower[] = [];
  for (let i = 0; i < plan.followers; i++) {
    followers.push(new ResumingFollower({ token: await token(`f${i % 20}`), topics: ['roll:1'], type: TYPE, url }));
  }
  const publishers: Publisher[] = [];
  try {
    await Promise.all(followers.map((follower) => follower.start()));
    for (let i = 0; i < plan.publishers; i++) {
      publishers.push(new Publisher(`p${i}`, { token: await token('sender'), topic: 'roll:1', type: TYPE, url }));
    }
    let restarts = 0;
    for (let round = 1; round <= plan.rounds; round++) {
      for (const server of cluster.servers) {
        await delay(300);
        const { stopMs, startMs } = await server.restart();
        restarts += 1;
        report(`Round ${round}: ${server.name} ended in ${seconds(stopMs)}, ready again in ${seconds(startMs)}`);
      }
    }
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    const published = publishers.flatMap((publisher) => publisher.accepted);
    const expected = new Set(published);
    for (const follower of followers) {
      // An event after the time-out counts as lost.
      await until('a follower has all events', () => [...expected].every(hasSeen(follower)), LAST_EVENT_MS).catch(
        () => undefined,
      );
    }
    const counts = followers.map(({ all }) => judge(all, published));
    const sum = (of: (count: Judgement) => number): number => counts.reduce((total, count) => total + of(count), 0);
    return {
      restarts,
      published: published.length,
      followers: followers.length,
      reconnects: followers.reduce((total, { opened }) => total + opened - 1, 0),
      retries: publishers.reduce((total, { retries }) => total + retries, 0),
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ duplicated }) => duplicated),
      reordered: sum(({ reordered }) => reordered),
      resyncs: followers.reduce((total, { resyncs }) => total + resyncs, 0),
    };
  } finally {
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    await Promise.all(followers.map((follower) => follower.stop()));
  }
}

/** Violations of one follower. */
export interface Judgement {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/** Compares what a follower received with what was published. Texts are `<publisher> <number>`, and each publisher's numbers rise. */
export function judge(seen: readonly string[], published: readonly string[]): Judgement {
  const once = new Set(seen);
  const newest = new Map<string, number>();
  let reordered = 0;
  for (const text of once) {
    const [publisher = '', number] = text.split(' ');
    if (Number(number) < (newest.get(publisher) ?? 0)) reordered += 1;
    newest.set(publisher, Math.max(Number(number), newest.get(publisher) ?? 0));
  }
  const lost = published.filter((text) => !once.has(text)).length;
  return { lost, duplicated: seen.length - once.size, reordered };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function hasSeen(follower: ResumingFollower): (text: string) => boolean {
  const seen = new Set(follower.all);
  return (text) => seen.has(text);
}
