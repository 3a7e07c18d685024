import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

import { contextQuery } from '../api/fsx.ts';
import { unknownRegion } from '../api/region.ts';

/**
 * Whether the server tells this tab of changes as they happen. While it does, queries ask only now and then, in case
 * something was lost on the way; while it does not, they ask at their own pace.
 */
interface LiveState {
  readonly isLive: boolean;
  /** The task whose work the server tells of too. */
  readonly followed: string | undefined;
}

const SAFETY_MS = 60_000;

let state: LiveState = { isLive: false, followed: undefined };
const listeners = new Set<() => void>();

export const liveState = () => state;

export const changeLive = (part: Partial<LiveState>) => {
  state = { ...state, ...part };
  for (const listener of listeners) listener();
};

export const subscribeLive = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useIsLive = () => useSyncExternalStore(subscribeLive, () => state.isLive);

/** How soon a query asks again: at its own pace only while nothing is told. In ms. */
export const livePace = (own: number) => (state.isLive ? Math.max(SAFETY_MS, own) : own);

/** Has the server tell of the work of this task for as long as the page shows it. */
export const useFollowWork = (taskId: string, wanted: boolean) => {
  useEffect(() => {
    if (!wanted) return undefined;
    changeLive({ followed: taskId });
    return () => changeLive({ followed: undefined });
  }, [taskId, wanted]);
};

/** Listens to the server for as long as the console is open. It is loaded after the page: until then the page asks. */
export const useEventStream = () => {
  const client = useQueryClient();
  const { data: where } = useQuery(contextQuery);
  // A region that is not offered has nothing to tell.
  const isOffered = where !== undefined && unknownRegion(where) === undefined;
  useEffect(() => {
    if (!isOffered) return undefined;
    const stopping = new AbortController();
    import('./event-stream.ts').then(
      ({ listenToEvents }) => listenToEvents(client, stopping.signal),
      // It could not be loaded, so the pages go on asking.
      () => undefined,
    );
    return () => stopping.abort();
  }, [client, isOffered]);
};
