import { z } from 'zod/mini';

import { tags, tagsOut } from './tags.ts';
import {
  archivePath,
  clientRequestToken,
  failureDetails,
  fileSystemId,
  filters,
  integer,
  line,
  long,
  maxResults,
  nextToken,
  openEnum,
  taskId,
  timestamp,
} from './wire.ts';

export const TASK_TYPES = [
  'EXPORT_TO_REPOSITORY',
  'IMPORT_METADATA_FROM_REPOSITORY',
  'RELEASE_DATA_FROM_FILESYSTEM',
  'AUTO_RELEASE_DATA',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const TASK_LIFECYCLES = ['PENDING', 'EXECUTING', 'FAILED', 'SUCCEEDED', 'CANCELED', 'CANCELING'] as const;
export type TaskLifecycle = (typeof TASK_LIFECYCLES)[number];

/** Where nothing more happens to a task. */
export const isFinished = (lifecycle: TaskLifecycle) =>
  lifecycle === 'SUCCEEDED' || lifecycle === 'FAILED' || lifecycle === 'CANCELED';

/** Most paths of one task: the API's limit, and the console's forms' (ui-spec 0.1, row 3). */
export const MAX_PATHS = 100;
export const MAX_PATHS_IN_FORMS = 32;

export const REPORT_FORMAT = 'REPORT_CSV_20191124';
export const REPORT_SCOPE = 'FAILED_FILES_ONLY';

export const taskPath = line(0, 4096);

const report = z.strictObject({
  Enabled: z.boolean(),
  Path: z.optional(archivePath),
  Format: z.optional(z.enum([REPORT_FORMAT])),
  Scope: z.optional(z.enum([REPORT_SCOPE])),
});
export type CompletionReport = z.output<typeof report>;

const releaseConfiguration = z.strictObject({
  DurationSinceLastAccess: z.optional(
    z.strictObject({ Unit: z.optional(z.enum(['DAYS'])), Value: z.optional(integer(0, Number.MAX_SAFE_INTEGER)) }),
  ),
});

export const task = z.object({
  TaskId: z.string(),
  Lifecycle: openEnum(TASK_LIFECYCLES),
  Type: openEnum(TASK_TYPES),
  CreationTime: timestamp,
  StartTime: z.optional(timestamp),
  EndTime: z.optional(timestamp),
  ResourceARN: z.optional(z.string()),
  Tags: z.optional(tagsOut),
  FileSystemId: z.optional(z.string()),
  Paths: z.optional(z.array(z.string())),
  FailureDetails: z.optional(failureDetails),
  Status: z.optional(
    z.object({
      TotalCount: z.optional(long),
      SucceededCount: z.optional(long),
      FailedCount: z.optional(long),
      LastUpdatedTime: z.optional(timestamp),
      ReleasedCapacity: z.optional(long),
    }),
  ),
  Report: z.optional(
    z.object({
      Enabled: z.boolean(),
      Path: z.optional(z.string()),
      Format: z.optional(openEnum([REPORT_FORMAT])),
      Scope: z.optional(openEnum([REPORT_SCOPE])),
    }),
  ),
  ReleaseConfiguration: z.optional(
    z.object({
      DurationSinceLastAccess: z.optional(z.object({ Unit: z.optional(openEnum(['DAYS'])), Value: z.optional(long) })),
    }),
  ),
});
export type DataRepositoryTask = z.output<typeof task>;

export const TASK_FILTERS = [
  'file-system-id',
  'task-lifecycle',
  'data-repository-association-id',
  'file-cache-id',
] as const;

export const taskOperations = {
  CreateDataRepositoryTask: {
    input: z.strictObject({
      Type: z.enum(TASK_TYPES),
      Paths: z.optional(z.array(taskPath).check(z.maxLength(MAX_PATHS))),
      FileSystemId: fileSystemId,
      Report: report,
      ClientRequestToken: z.optional(clientRequestToken),
      Tags: z.optional(tags),
      CapacityToRelease: z.optional(integer(1, 2147483647)),
      ReleaseConfiguration: z.optional(releaseConfiguration),
    }),
    output: z.object({ DataRepositoryTask: z.optional(task) }),
  },
  DescribeDataRepositoryTasks: {
    input: z.strictObject({
      TaskIds: z.optional(z.array(taskId).check(z.maxLength(50))),
      Filters: z.optional(filters(TASK_FILTERS, 3)),
      MaxResults: z.optional(maxResults),
      NextToken: z.optional(nextToken),
    }),
    output: z.object({ DataRepositoryTasks: z.optional(z.array(task)), NextToken: z.optional(nextToken) }),
  },
  CancelDataRepositoryTask: {
    input: z.strictObject({ TaskId: taskId }),
    output: z.object({ Lifecycle: z.optional(openEnum(TASK_LIFECYCLES)), TaskId: z.optional(z.string()) }),
  },
};
