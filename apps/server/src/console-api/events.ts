import { explain, FsxError } from '@drt/contract/errors';
import { BEAT_MS, encodeWorkNews, type TaskNewsJson } from '@drt/contract/events';
import { taskId as taskIdSchema } from '@drt/contract/wire';
import type { Request, RequestHandler, Response } from 'express';

import { Lookout } from './lookout.ts';
import type { Region, Regions } from './regions.ts';

/** A browser that reads slower than we tell is cut off; it comes back and asks for what it missed. */
const MOST_UNREAD = 1024 * 1024;
/** More than this is not told but asked for, page by page as it is needed. */
const MOST_AT_ONCE = 256 * 1024;
/** Between two looks at a task's work, in ms. Its samples are a second apart. */
const WORK_MS = 1000;
/** After how long a browser whose stream broke comes back, in ms. */
const RETRY_MS = 2000;

const eventText = (name: string, data: object = {}) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** '' when there is nothing to tell. */
const newsText = (news: TaskNewsJson): string => {
  if (news.tasks.length === 0 && news.removed.length === 0) return '';
  const text = eventText('tasks', news);
  return text.length > MOST_AT_ONCE ? eventText('resync') : text;
};

/** Puts what is told of the tasks into words once for all streams; of trouble only its beginning and its end. */
const tellTasks = (tasks: Pick<Region['tasks'], 'watch'>, tell: (text: string) => void) => {
  let isFailing = false;
  const leave = tasks.watch((news) => {
    const wasFailing = isFailing;
    isFailing = news === 'failed';
    if (news === 'failed') tell(wasFailing ? '' : eventText('stale'));
    else tell(wasFailing ? eventText('resync') : newsText(news));
  });
  return { leave, isFailing: () => isFailing };
};

/** How the work of one task goes on: each look tells what the looks before have not told. */
const workLookout = (tell: Region['tell'], TaskId: string): Lookout<string> => {
  let SamplesFrom: Date | undefined;
  let ActivityFrom = 0;
  let told = '';
  const look = async () => {
    const from = { TaskId, ...(SamplesFrom ? { SamplesFrom } : {}), ActivityFrom };
    const work = await tell('DescribeTaskWork', from);
    const last = work.Samples.at(-1);
    const state = JSON.stringify({ ...work, Samples: last, Activity: ActivityFrom + work.Activity.length });
    if (state === told) return '';
    told = state;
    SamplesFrom = last?.Time ?? SamplesFrom;
    ActivityFrom += work.Activity.length;
    return eventText('work', encodeWorkNews({ ...from, work }));
  };
  // A task that is not there has no work; the page that shows it hears so when it asks.
  return new Lookout(
    () => look().catch(() => ''),
    () => WORK_MS,
  );
};

const askedTask = ({ query }: Request) => {
  if (query['task'] === undefined) return undefined;
  const asked = taskIdSchema.safeParse(query['task']);
  if (!asked.success) throw new FsxError('BadRequest', explain(asked.error));
  return asked.data;
};

const write = (stream: Response, text: string) => {
  if (text === '' || stream.writableEnded || stream.destroyed) return;
  if (stream.writableLength > MOST_UNREAD) stream.destroy();
  else stream.write(text);
};

/** The streams of one region, which are told the same. With no stream open nothing is asked of anybody. */
class Channel {
  readonly #region: Watched;
  readonly #streams = new Set<Response>();
  readonly #works = new Map<string, Lookout<string>>();
  #told: ReturnType<typeof tellTasks> | undefined;

  constructor(region: Watched) {
    this.#region = region;
  }

  /** @returns how to leave. */
  join(stream: Response) {
    this.#streams.add(stream);
    this.#told ??= tellTasks(this.#region.tasks, (text) => {
      for (const each of this.#streams) write(each, text);
    });
    if (this.#told.isFailing()) write(stream, eventText('stale'));
    return () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0) return;
      this.#told?.leave();
      this.#told = undefined;
    };
  }

  /** Tells a stream of the work of a task too. @returns how to end that. */
  follow(stream: Response, taskId: string) {
    const lookout = this.#works.get(taskId) ?? workLookout(this.#region.tell, taskId);
    this.#works.set(taskId, lookout);
    const leave = lookout.listen((text) => write(stream, text));
    return () => {
      leave();
      if (!lookout.hasListeners) this.#works.delete(taskId);
    };
  }

  end() {
    for (const each of this.#streams) each.end();
  }
}

/** What a stream is told of. */
interface Watched {
  readonly tasks: Pick<Region['tasks'], 'watch'>;
  readonly tell: Region['tell'];
}

interface EventsOptions {
  readonly regions: { of(request: Parameters<Regions['of']>[0]): Watched };
  /** Whether there is an engine that knows of the work of tasks. Amazon would be asked for each look. */
  readonly tellsWork: boolean;
  /** Ends all streams: they have no end of their own, and would keep the server from stopping. */
  readonly closing: AbortSignal;
}

/** `GET /api/events`: see the contract's `events.ts`. */
export const eventsRoute = ({ regions, tellsWork, closing }: EventsOptions): RequestHandler => {
  const channels = new Map<Watched, Channel>();
  closing.addEventListener('abort', () => {
    for (const each of channels.values()) each.end();
  });

  return (request, response) => {
    response.locals['operation'] = 'events';
    const taskId = askedTask(request);
    const region = regions.of(request);
    const channel = channels.get(region) ?? new Channel(region);
    channels.set(region, channel);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // A proxy that compresses would hold small events back; `X-Accel-Buffering` says the same to nginx.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    write(response, `retry: ${RETRY_MS}\n${eventText('hello')}`);
    if (closing.aborted) return void response.end();
    const beat = setInterval(() => write(response, eventText('beat')), BEAT_MS);
    const leaves = [channel.join(response), ...(tellsWork && taskId ? [channel.follow(response, taskId)] : [])];
    response.on('close', () => {
      clearInterval(beat);
      for (const leave of leaves) leave();
    });
  };
};
