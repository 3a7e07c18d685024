import { z } from 'zod';

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
  Path: archivePath.optional(),
  Format: z.enum([REPORT_FORMAT]).optional(),
  Scope: z.enum([REPORT_SCOPE]).optional(),
});
export type CompletionReport = z.output<typeof report>;

const releaseConfiguration = z.strictObject({
  DurationSinceLastAccess: z
    .strictObject({ Unit: z.enum(['DAYS']).optional(), Value: integer(0, Number.MAX_SAFE_INTEGER).optional() })
    .optional(),
});

export const task = z.object({
  TaskId: z.string(),
  Lifecycle: openEnum(TASK_LIFECYCLES),
  Type: openEnum(TASK_TYPES),
  CreationTime: timestamp,
  StartTime: timestamp.optional(),
  EndTime: timestamp.optional(),
  ResourceARN: z.string().optional(),
  Tags: tagsOut.optional(),
  FileSystemId: z.string().optional(),
  Paths: z.array(z.string()).optional(),
  FailureDetails: failureDetails.optional(),
  Status: z
    .object({
      TotalCount: long.optional(),
      SucceededCount: long.optional(),
      FailedCount: long.optional(),
      LastUpdatedTime: timestamp.optional(),
      ReleasedCapacity: long.optional(),
    })
    .optional(),
  Report: z
    .object({
      Enabled: z.boolean(),
      Path: z.string().optional(),
      Format: openEnum([REPORT_FORMAT]).optional(),
      Scope: openEnum([REPORT_SCOPE]).optional(),
    })
    .optional(),
  ReleaseConfiguration: z
    .object({
      DurationSinceLastAccess: z.object({ Unit: openEnum(['DAYS']).optional(), Value: long.optional() }).optional(),
    })
    .optional(),
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
      Paths: z.array(taskPath).max(MAX_PATHS).optional(),
      FileSystemId: fileSystemId,
      Report: report,
      ClientRequestToken: clientRequestToken.optional(),
      Tags: tags.optional(),
      CapacityToRelease: integer(1, 2147483647).optional(),
      ReleaseConfiguration: releaseConfiguration.optional(),
    }),
    output: z.object({ DataRepositoryTask: task.optional() }),
  },
  DescribeDataRepositoryTasks: {
    input: z.strictObject({
      TaskIds: z.array(taskId).max(50).optional(),
      Filters: filters(TASK_FILTERS, 3).optional(),
      MaxResults: maxResults.optional(),
      NextToken: nextToken.optional(),
    }),
    output: z.object({ DataRepositoryTasks: z.array(task).optional(), NextToken: nextToken.optional() }),
  },
  CancelDataRepositoryTask: {
    input: z.strictObject({ TaskId: taskId }),
    output: z.object({ Lifecycle: openEnum(TASK_LIFECYCLES).optional(), TaskId: z.string().optional() }),
  },
};
