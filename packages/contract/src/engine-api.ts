import { z } from 'zod/mini';

import { decodeRequest } from './errors.ts';
import { FAILURE_CODES } from './report.ts';
import { TASK_TYPES, taskPath } from './tasks.ts';
import { associationId, fileSystemId, integer, line, openEnum, taskId, timestamp } from './wire.ts';

/**
 * What the engine can tell beyond FSx: `POST /api/engine/<Operation>`. Members are named in FSx's manner.
 *
 * Where the console looks at real AWS, what is in S3 is answered all the same: ListTaskFailures from completion reports,
 * and ListRepository.
 */

/** Where a task's work stands: see `Stage` of the engine. */
export const STAGES = ['PLAN', 'FILES', 'DIRECTORIES', 'FINISH'] as const;

const counters = {
  /** Entries looked at so far. */
  ScannedCount: z.number(),
  TotalCount: z.number(),
  SucceededCount: z.number(),
  FailedCount: z.number(),
  /** Bytes of content moved so far. */
  Bytes: z.number(),
};

export const taskWork = z.object({
  ...counters,
  Stage: openEnum(STAGES),
  /** Tasks of the file system that come before this one, while it is PENDING. */
  Ahead: z.optional(z.number()),
  /** Why the completion report could not be delivered. */
  ReportFailure: z.optional(z.string()),
  /** The counters over the task's life, oldest first; of a long life not all of them. */
  Samples: z.array(z.object({ Time: timestamp, ...counters })),
  /** What happened to the task, oldest first. */
  Activity: z.array(z.object({ Time: timestamp, Event: z.string(), Detail: z.string() })),
});
export type TaskWork = z.output<typeof taskWork>;

const failure = z.object({ Path: z.string(), Code: openEnum(FAILURE_CODES), Detail: z.string() });

export const ENTRY_KINDS = ['file', 'directory', 'symlink', 'other'] as const;

const pageSize = z.optional(integer(1, 1000));

export const engineOperations = {
  DescribeTaskWork: {
    input: z.strictObject({
      TaskId: taskId,
      /**
       * Samples before this time are not told again. The one at this very time is: the latest sample may still grow.
       */
      SamplesFrom: z.optional(timestamp),
      /** How many events of the activity the caller has: only those after them are told. */
      ActivityFrom: z.optional(integer(0, Number.MAX_SAFE_INTEGER)),
    }),
    output: taskWork,
  },
  /** The completion report, before and after it is delivered, in the order of paths. */
  ListTaskFailures: {
    input: z.strictObject({
      TaskId: taskId,
      Code: z.optional(z.enum(FAILURE_CODES)),
      /** The path of the last row of the page before. */
      After: z.optional(z.string()),
      MaxResults: pageSize,
    }),
    output: z.object({
      Failures: z.array(failure),
      Codes: z.array(z.object({ Code: openEnum(FAILURE_CODES), Count: z.number() })),
      More: z.boolean(),
      /** The report has more rows than are read: those beyond are not in the answer, nor in the counts. */
      Truncated: z.optional(z.boolean()),
    }),
  },
  /** Where a file system is. */
  DescribeFileSystemDirectory: {
    input: z.strictObject({ FileSystemId: fileSystemId }),
    output: z.object({
      /** Absolute, on the machine of the server. */
      Directory: z.string(),
      /** It was there before the file system was. */
      Adopted: z.boolean(),
    }),
  },
  /** One directory of a file system, in the order of names. */
  ListDirectory: {
    input: z.strictObject({
      FileSystemId: fileSystemId,
      /** Relative to the root; '' is the root. */
      Path: taskPath,
      /** Only names that begin so. */
      Prefix: z.optional(line(0, 255)),
      After: z.optional(z.string()),
      MaxResults: pageSize,
    }),
    output: z.object({
      Entries: z.array(
        z.object({ Name: z.string(), Kind: z.enum(ENTRY_KINDS), Size: z.number(), Modified: timestamp }),
      ),
      More: z.boolean(),
    }),
  },
  /** One level of an association's data repository, in the order of keys. */
  ListRepository: {
    input: z.strictObject({
      AssociationId: associationId,
      /** Relative to the association's prefix: '' or ending with '/'. */
      Path: line(0, 1024),
      After: z.optional(z.string()),
      MaxResults: pageSize,
    }),
    output: z.object({
      Entries: z.array(z.object({ Name: z.string(), Kind: z.enum(['file', 'directory']), Size: z.number() })),
      More: z.boolean(),
    }),
  },
  /** What a task would act on if it were created now. Creates nothing. */
  PreviewTask: {
    input: z.strictObject({
      Type: z.enum(TASK_TYPES),
      FileSystemId: fileSystemId,
      Paths: z.optional(z.array(taskPath).check(z.maxLength(100))),
    }),
    output: z.object({
      Entries: z.number(),
      Bytes: z.number(),
      Scanned: z.number(),
      /** False when the preview stopped counting before the end. */
      Complete: z.boolean(),
      First: z.array(z.object({ Path: z.string(), Size: z.number(), Failure: z.optional(openEnum(FAILURE_CODES)) })),
      /** Why the task would fail. */
      Problem: z.optional(z.string()),
    }),
  },
};

export type EngineOperationName = keyof typeof engineOperations;
export type EngineInput<Name extends EngineOperationName> = z.output<(typeof engineOperations)[Name]['input']>;
export type EngineOutput<Name extends EngineOperationName> = z.output<(typeof engineOperations)[Name]['output']>;

export const isEngineOperationName = (name: string): name is EngineOperationName =>
  Object.hasOwn(engineOperations, name);

interface Schemas<Name extends EngineOperationName> {
  readonly input: z.ZodMiniType<EngineInput<Name>>;
  readonly output: z.ZodMiniType<EngineOutput<Name>>;
}

/** The schemas of one operation, tied to its name. */
const schemasOf = <Name extends EngineOperationName>(name: Name): Schemas<Name> =>
  // As in operations.ts: indexing the table by a generic name yields that name's schemas.
  engineOperations[name] as unknown as Schemas<Name>;

/** The input of an operation, from outside. @throws FsxError `BadRequest` with a sentence for each wrong member. */
export const decodeEngineInput = <Name extends EngineOperationName>(name: Name, json: unknown): EngineInput<Name> =>
  decodeRequest(schemasOf(name).input, json);

/** The input of an operation, for the wire: times in epoch seconds. */
export const encodeEngineInput = <Name extends EngineOperationName>(name: Name, input: EngineInput<Name>): unknown =>
  z.encode(schemasOf(name).input, input);

/** The answer of an operation, from the wire. @throws ZodError when it is no such answer. */
export const decodeEngineOutput = <Name extends EngineOperationName>(name: Name, json: unknown): EngineOutput<Name> =>
  z.decode(schemasOf(name).output, json);

/** The answer of an operation, for the wire. */
export const encodeEngineOutput = <Name extends EngineOperationName>(name: Name, output: EngineOutput<Name>): unknown =>
  z.encode(schemasOf(name).output, output);
