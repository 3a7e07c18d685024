import { z } from 'zod/mini';

import { task } from './tasks.ts';
import { integer, text, timestamp } from './wire.ts';

/**
 * `POST /api/tasks/list`: the console's question for one page of tasks. FSx itself can neither sort nor search, and
 * filters by three properties only; the console's back end answers from its copy of what FSx told it.
 */

/** A task in AWS JSON: times in seconds since 1970. */
export type TaskJson = z.input<typeof task>;

/** What can be asked of each property. `any` is free text. */
export const TASK_PROPERTIES = {
  id: ['=', '!=', ':', '!:', '^'],
  name: ['=', '!=', ':', '!:', '^'],
  status: ['=', '!='],
  type: ['=', '!='],
  fileSystem: ['=', '!=', ':', '!:'],
  association: ['=', '!='],
  /** An instant in ISO 8601. */
  created: ['<', '<=', '>', '>='],
  /** `key` or `key=value`. */
  tag: ['=', '!=', ':', '!:'],
  any: [':', '!:'],
} as const;
export type TaskProperty = keyof typeof TASK_PROPERTIES;

export const TASK_OPERATORS = ['=', '!=', ':', '!:', '^', '<', '<=', '>', '>='] as const;
export type TaskOperator = (typeof TASK_OPERATORS)[number];

/** Whether `operator` may be used with `property`. */
const suits = (property: TaskProperty, operator: TaskOperator) =>
  // Widened for the question: `includes` of a closed tuple takes only its own members.
  (TASK_PROPERTIES[property] as readonly TaskOperator[]).includes(operator);

/** The keys of the table above, which `Object.keys` widens to string. */
const PROPERTIES = Object.keys(TASK_PROPERTIES) as [TaskProperty, ...TaskProperty[]];

export const taskToken = z
  .strictObject({
    property: z.enum(PROPERTIES),
    operator: z.enum(TASK_OPERATORS),
    value: text({ max: 512 }),
  })
  .check(
    z.refine(({ property, operator }) => suits(property, operator), 'has an operator that its property does not take'),
    z.refine(
      ({ property, value }) => property !== 'created' || !Number.isNaN(Date.parse(value)),
      'must have an instant such as 2026-01-31T12:00:00Z as its value',
    ),
  );
export type TaskToken = z.output<typeof taskToken>;

export const MAX_TOKENS = 30;

export const taskFilter = z.strictObject({
  operation: z.enum(['and', 'or']),
  tokens: z.array(taskToken).check(z.maxLength(MAX_TOKENS)),
});
export type TaskFilter = z.output<typeof taskFilter>;

export const TASK_SORTS = [
  'id',
  'status',
  'name',
  'type',
  'fileSystem',
  'succeeded',
  'failed',
  'total',
  'created',
  'started',
  'ended',
  'updated',
  'paths',
  'report',
] as const;
export type TaskSort = (typeof TASK_SORTS)[number];

export const taskListQuery = z.strictObject({
  filter: taskFilter,
  /** Only tasks for which this holds too, however `filter` joins its tokens. */
  scope: z.optional(taskToken),
  /** Tasks without a value come last, in either direction. */
  sort: z.strictObject({ property: z.enum(TASK_SORTS), descending: z.boolean() }),
  /** From 1. */
  page: integer(1, 1_000_000),
  pageSize: integer(1, 1000),
});
export type TaskListQuery = z.output<typeof taskListQuery>;

const taskListAnswer = z.object({
  tasks: z.array(task),
  /** How many tasks match, as far as they are known. */
  total: z.number(),
  /** The page that was answered: the last one if the one asked for is past the end. */
  page: z.number(),
  /** False while the back end still reads tasks from FSx, so that more may match. */
  complete: z.boolean(),
  /** When FSx was last asked. */
  asOf: timestamp,
});
export type TaskListAnswer = z.output<typeof taskListAnswer>;

/** An answer, from the wire. @throws ZodError when it is none. */
export const decodeTaskListAnswer = (json: unknown): TaskListAnswer =>
  // What came from outside is whatever it is; decoding finds out.
  z.decode(taskListAnswer, json as z.input<typeof taskListAnswer>);
