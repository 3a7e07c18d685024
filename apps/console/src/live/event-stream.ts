import { BEAT_MS, decodeTaskNews, decodeWorkNews, EVENTS_PATH } from '@drt/contract/events';
import type { QueryClient } from '@tanstack/react-query';

import { apiUrl } from '../api/region.ts';
import { showTaskNews } from '../tasks/task-news.ts';
import { showWorkNews } from '../tasks/task-work-query.ts';
import { changeLive, liveState, subscribeLive } from './live-state.ts';

/** Nothing heard for so long: the connection is dead, or a proxy keeps what it should pass on. In ms. */
const SILENCE_MS = 3 * BEAT_MS;
/** After how long a stream that was given up is tried again, in ms. */
const AGAIN_MS = 30_000;

/** The operations whose answers the events are about. */
const TOLD = ['DescribeDataRepositoryTasks', 'DescribeTaskWork'];

/**
 * Takes what the server tells into the cache of the queries. One stream for each tab, and none while the tab is hidden:
 * browsers open six connections to a server over HTTP/1.1, for all tabs together.
 */
export const listenToEvents = (client: QueryClient, stopping: AbortSignal) => {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const askAgain = () => {
    for (const operation of TOLD) void client.invalidateQueries({ queryKey: [operation] });
  };
  const isTold = () => {
    changeLive({ isLive: true });
    askAgain();
  };
  const isNotTold = () => {
    if (!liveState().isLive) return;
    changeLive({ isLive: false });
    askAgain();
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const giveUp = () => {
    close();
    isNotTold();
    timer = setTimeout(open, AGAIN_MS);
  };
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, SILENCE_MS);
  };

  const open = () => {
    close();
    if (stopping.aborted || document.visibilityState === 'hidden') return;
    const url = new URL(apiUrl(EVENTS_PATH), location.origin);
    const { followed } = liveState();
    if (followed) url.searchParams.set('task', followed);
    const opened = new EventSource(url);
    source = opened;
    const on = (name: string, take: (json: unknown) => void) =>
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => {
        heard();
        try {
          take(JSON.parse(data));
        } catch {
          // A server of another version than this page.
          askAgain();
        }
      });
    on('hello', isTold);
    on('resync', isTold);
    on('stale', isNotTold);
    on('beat', () => undefined);
    on('tasks', (json) => showTaskNews(client, decodeTaskNews(json)));
    on('work', (json) => showWorkNews(client, decodeWorkNews(json)));
    opened.addEventListener('error', () => {
      isNotTold();
      // The browser comes back by itself unless it was refused.
      if (opened.readyState === EventSource.CLOSED) giveUp();
    });
    heard();
  };

  const onVisibility = () => {
    if (document.visibilityState !== 'hidden') return open();
    close();
    changeLive({ isLive: false });
  };
  let { followed } = liveState();
  const leave = subscribeLive(() => {
    if (liveState().followed === followed) return;
    ({ followed } = liveState());
    open();
  });
  document.addEventListener('visibilitychange', onVisibility);
  stopping.addEventListener('abort', () => {
    leave();
    document.removeEventListener('visibilitychange', onVisibility);
    close();
    changeLive({ isLive: false });
  });
  open();
};
