import type { EventOf, InstanceEvent } from './instance-event.js';
import { isClosed, isOpen, type InstanceState, type Task, type Token } from './instance-state.js';

/** Applies an event to a state. It refuses nothing: an event about an unknown task or step changes only the revision. */
export function evolve(state: InstanceState, event: InstanceEvent): InstanceState {
  return { ...apply(state, event), revision: state.revision + 1 };
}

/** Applies a list of events to a state. */
export function replay(state: InstanceState, events: readonly InstanceEvent[]): InstanceState {
  return events.reduce(evolve, state);
}

function apply(state: InstanceState, event: InstanceEvent): InstanceState {
  switch (event.type) {
    case 'status_changed':
      return statusChanged(state, event);
    case 'form_changed':
      return { ...state, form: event.form };
    case 'picks_made': {
      const named = new Set(event.picks.map((pick) => pick.nodeId));
      return { ...state, picks: [...state.picks.filter((pick) => !named.has(pick.nodeId)), ...event.picks] };
    }
    case 'step_entered':
      return stepEntered(state, event);
    case 'run_opened':
      return {
        ...state,
        runs: state.runs.map((run) =>
          run.nodeId === event.nodeId && run.visit === event.visit
            ? { ...run, mode: event.mode, groups: event.groups, required: event.required, opened: true }
            : run,
        ),
      };
    case 'task_opened':
      return { ...state, tasks: [...state.tasks, event.task] };
    case 'task_activated':
      return {
        ...state,
        tasks: state.tasks.map((task) =>
          task.key === event.key && task.status === 'waiting'
            ? { ...task, status: 'pending', openedAt: event.at, dueAt: event.dueAt }
            : task,
        ),
      };
    case 'task_delegated':
      return withTaskStatus(state, event.key, 'pending', 'delegated');
    case 'task_handed_back':
      return withTaskStatus(state, event.key, 'delegated', 'pending');
    case 'task_closed':
      return {
        ...state,
        tasks: state.tasks.map((task) =>
          task.key === event.key && isOpen(task)
            ? {
                ...task,
                status: event.status,
                action: event.action,
                by: event.by,
                at: event.at,
                comment: event.comment,
              }
            : task,
        ),
      };
    case 'run_closed':
      return {
        ...state,
        runs: state.runs.map((run) =>
          run.nodeId === event.nodeId && run.visit === event.visit && run.status === 'active'
            ? { ...run, status: event.status, closedAs: state.revision }
            : run,
        ),
      };
    case 'step_left':
      return stepLeft(state, event);
    case 'rolled_back':
      return rolledBack(state, event);
    case 'commented':
      return state;
    case 'copied':
      return { ...state, cc: [...new Set([...state.cc, ...event.users])] };
  }
}

function withTaskStatus(state: InstanceState, key: string, from: Task['status'], to: Task['status']): InstanceState {
  const tasks = state.tasks.map((task) => (task.key === key && task.status === from ? { ...task, status: to } : task));
  return { ...state, tasks };
}

function statusChanged(state: InstanceState, event: EventOf<'status_changed'>): InstanceState {
  const next: InstanceState = { ...state, status: event.to, suspension: event.suspension ?? null };
  if (event.to === 'returned') {
    // Recovering an instance that expired while it was returned keeps its parked steps and its round.
    return event.from === 'expired' ? { ...next, expiredFrom: null } : returnedToStart(next, event.park ?? []);
  }
  if (event.to === 'expired') return { ...next, tokens: [], expiredFrom: event.from, parked: event.park ?? [] };
  if (isClosed(event.to)) return { ...next, tokens: [], parked: [] };
  if (event.enter === undefined) return next;
  return {
    ...next,
    parked: [],
    expiredFrom: null,
    tokens: event.enter.reduce<readonly Token[]>((tokens, nodeId) => arrive(tokens, nodeId, null), []),
  };
}

/** With parked steps all approvals still count; without them, the next submission starts from the beginning. */
function returnedToStart(state: InstanceState, parked: readonly string[]): InstanceState {
  const next = { ...state, tokens: [], round: state.round + 1, parked };
  if (parked.length > 0) return next;
  return { ...next, jumps: [], way: [], runs: state.runs.map((run) => ({ ...run, voided: true })) };
}

function stepEntered(state: InstanceState, event: EventOf<'step_entered'>): InstanceState {
  const visits = state.visits.filter((visit) => visit.nodeId !== event.nodeId);
  const entered: InstanceState = {
    ...state,
    visits: [...visits, { nodeId: event.nodeId, count: event.visit }],
    tokens: state.tokens.map((token) =>
      token.nodeId === event.nodeId && token.phase === 'waiting' ? { ...token, phase: 'active' } : token,
    ),
  };
  if (event.mode === null) return entered;
  const run = {
    nodeId: event.nodeId,
    visit: event.visit,
    round: state.round,
    mode: event.mode,
    groups: [''],
    required: null,
    opened: false,
    status: 'active' as const,
    closedAs: null,
    voided: false,
  };
  return { ...entered, runs: [...state.runs, run] };
}

function stepLeft(state: InstanceState, event: EventOf<'step_left'>): InstanceState {
  const others = state.tokens.filter((token) => !(token.nodeId === event.nodeId && token.phase === 'active'));
  const taken = event.jump ? [] : event.to.map((to) => ({ from: event.nodeId, to }));
  return {
    ...state,
    tokens: event.to.reduce<readonly Token[]>((tokens, to) => arrive(tokens, to, event.nodeId), others),
    way: [...state.way.filter((edge) => !taken.some((t) => t.from === edge.from && t.to === edge.to)), ...taken],
    jumps: event.jump ? state.jumps.filter((jump) => jump.from !== event.nodeId) : state.jumps,
  };
}

function rolledBack(state: InstanceState, event: EventOf<'rolled_back'>): InstanceState {
  const undone = new Set(event.undone);
  const kept = state.tokens.flatMap((token): Token[] => {
    if (token.phase === 'active') return undone.has(token.nodeId) ? [] : [token];
    const from = token.from.filter((id) => !undone.has(id));
    return from.length > 0 || !undone.has(token.nodeId) ? [{ ...token, from }] : [];
  });
  const jumps = state.jumps.filter((jump) => !undone.has(jump.from) && jump.from !== event.to);
  return {
    ...state,
    round: state.round + 1,
    tokens: arrive(kept, event.to, null),
    runs: state.runs.map((run) => (undone.has(run.nodeId) ? { ...run, voided: true } : run)),
    way: state.way.filter((edge) => !undone.has(edge.from)),
    jumps: event.resume === 'jump_back' ? [...jumps, { from: event.to, to: event.from }] : jumps,
  };
}

/** Adds a token before a step; tokens that wait before the same step become one. */
function arrive(tokens: readonly Token[], nodeId: string, from: string | null): readonly Token[] {
  const sources = from === null ? [] : [from];
  if (!tokens.some((token) => token.nodeId === nodeId && token.phase === 'waiting')) {
    return [...tokens, { nodeId, phase: 'waiting', from: sources }];
  }
  return tokens.map((token) =>
    token.nodeId === nodeId && token.phase === 'waiting'
      ? { ...token, from: [...new Set([...token.from, ...sources])] }
      : token,
  );
}
