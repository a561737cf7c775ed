import { setTimeout as delay } from 'node:timers/promises';
import { ResumingFollower } from '../support/resuming-follower.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';
import { Publisher } from './publisher.js';
import type { LocalCluster } from './local-cluster.js';

/** What a rolling restart came to. */
export interface RollingResult {
  readonly restarts: number;
  /** Events that a publisher was told are accepted. */
  readonly published: number;
  readonly followers: number;
  /** Streams that followers opened after their first. */
  readonly reconnects: number;
  /** Requests of publishers that had to be tried again. */
  readonly retries: number;
  /** Over all followers: events that one never saw, saw twice, or saw behind a later one of the same publisher. */
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
  /** Streams that could not be resumed. */
  readonly resyncs: number;
}

/** How hard a cluster is worked while its nodes are restarted. */
export interface RollingPlan {
  readonly rounds: number;
  readonly followers: number;
  readonly publishers: number;
  readonly report?: (line: string) => void;
}

const TYPE = 'roll';
const LAST_EVENT_MS = 30_000;

/** Restarts each node in turn while publishers and followers work through the proxy, and counts what went wrong. */
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
      for (const node of cluster.nodes) {
        await delay(300);
        const { stopMs, startMs } = await node.restart();
        restarts += 1;
        report(`Round ${round}: ${node.name} ended in ${seconds(stopMs)}, ready again in ${seconds(startMs)}`);
      }
    }
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    const published = publishers.flatMap((publisher) => publisher.accepted);
    const expected = new Set(published);
    for (const follower of followers) {
      // What is late counts as lost; what is only slow does not.
      await until('a follower has seen it all', () => [...expected].every(hasSeen(follower)), LAST_EVENT_MS).catch(
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
      doubled: sum(({ doubled }) => doubled),
      disordered: sum(({ disordered }) => disordered),
      resyncs: followers.reduce((total, { resyncs }) => total + resyncs, 0),
    };
  } finally {
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    await Promise.all(followers.map((follower) => follower.stop()));
  }
}

/** What one follower saw, against what was published. */
export interface Judgement {
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
}

/** Compares; texts are `<publisher> <number>`, and the numbers of a publisher rise. */
export function judge(seen: readonly string[], published: readonly string[]): Judgement {
  const once = new Set(seen);
  const newest = new Map<string, number>();
  let disordered = 0;
  for (const text of once) {
    const [publisher = '', number] = text.split(' ');
    if (Number(number) < (newest.get(publisher) ?? 0)) disordered += 1;
    newest.set(publisher, Math.max(Number(number), newest.get(publisher) ?? 0));
  }
  const lost = published.filter((text) => !once.has(text)).length;
  return { lost, doubled: seen.length - once.size, disordered };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function hasSeen(follower: ResumingFollower): (text: string) => boolean {
  const seen = new Set(follower.all);
  return (text) => seen.has(text);
}
