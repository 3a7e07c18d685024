import { z } from 'zod/mini';

import { taskWork } from './engine-api.ts';
import { task } from './tasks.ts';
import { timestamp } from './wire.ts';

/**
 * `GET /api/events`: what changes, as server-sent events for the console. With `?task=<TaskId>` also how the work of
 * that task goes, where there is an engine to tell it.
 *
 * - `hello`: the stream begins. Whatever the browser has may be out of date.
 * - `tasks`: a `TaskNews`. Tasks that changed, and those that came and went.
 * - `work`: a `WorkNews`.
 * - `resync`: more changed than is told here, so the browser asks again.
 * - `stale`: FSx cannot be asked at the moment. `resync` follows when it can.
 * - `beat`: the stream still stands. Comes every `BEAT_MS`, since nobody sees the comments that would do.
 */
export const EVENTS_PATH = '/api/events';
export const BEAT_MS = 5_000;

const taskNews = z.object({
  /** Each as it is now. */
  tasks: z.array(task),
  /** IDs, among the above, of tasks that are new. */
  created: z.array(z.string()),
  removed: z.array(z.string()),
});
export type TaskNews = z.output<typeof taskNews>;
/** The same in AWS JSON. */
export type TaskNewsJson = z.input<typeof taskNews>;

const workNews = z.object({
  TaskId: z.string(),
  /** What `work` leaves out, as in the input of `DescribeTaskWork`: samples before this time and so many events. */
  SamplesFrom: z.optional(timestamp),
  ActivityFrom: z.number(),
  work: taskWork,
});
export type WorkNews = z.output<typeof workNews>;

/** From the wire. @throws ZodError when it is none. */
export const decodeTaskNews = (json: unknown): TaskNews =>
  // What came from outside is whatever it is; decoding finds out.
  z.decode(taskNews, json as TaskNewsJson);

/** From the wire. @throws ZodError when it is none. */
export const decodeWorkNews = (json: unknown): WorkNews =>
  // As above.
  z.decode(workNews, json as z.input<typeof workNews>);

/** For the wire. */
export const encodeWorkNews = (news: WorkNews) => z.encode(workNews, news);
