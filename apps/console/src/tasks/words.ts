import type { DataRepositoryTask, TaskLifecycle, TaskType } from '@drt/contract/tasks';

import type { TaskKind } from '../paths.ts';

/** How the console says what FSx calls a task's type and lifecycle. A value that is new to us is shown as it came. */

interface TypeWords {
  readonly name: string;
  /** Its create page; none for a type that only FSx itself creates. */
  readonly kind?: TaskKind;
  readonly total: string;
  readonly succeeded: string;
  readonly failed: string;
  /** What an empty path list means. */
  readonly everything: string;
}

const TYPES: Record<TaskType, TypeWords> = {
  EXPORT_TO_REPOSITORY: {
    name: 'Export to repository',
    kind: 'export',
    total: 'Files to export',
    succeeded: 'Files exported',
    failed: 'Files failed to export',
    everything: 'All files of the file system',
  },
  IMPORT_METADATA_FROM_REPOSITORY: {
    name: 'Import from repository',
    kind: 'import',
    total: 'Files to import',
    succeeded: 'Files imported',
    failed: 'Files failed to import',
    everything: 'All data of the linked repositories',
  },
  RELEASE_DATA_FROM_FILESYSTEM: {
    name: 'Release from file system',
    kind: 'release',
    total: 'Files to release',
    succeeded: 'Files released',
    failed: 'Files failed to release',
    everything: 'All exported files of the file system',
  },
  AUTO_RELEASE_DATA: {
    name: 'Automatic release',
    total: 'Files to release',
    succeeded: 'Files released',
    failed: 'Files failed to release',
    everything: 'All exported files of the file system',
  },
};

const unknownType = (type: string): TypeWords => ({
  name: type,
  total: 'Files in total',
  succeeded: 'Files succeeded',
  failed: 'Files failed',
  everything: 'All files',
});

export const typeWords = (type: TaskType): TypeWords =>
  // FSx may answer a type that this console does not know yet, whatever the enum says.
  Object.hasOwn(TYPES, type) ? TYPES[type] : unknownType(type);

const LIFECYCLES: Record<TaskLifecycle, string> = {
  PENDING: 'Pending',
  EXECUTING: 'Executing',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELING: 'Canceling',
  CANCELED: 'Canceled',
};

export const lifecycleWord = (lifecycle: TaskLifecycle): string =>
  Object.hasOwn(LIFECYCLES, lifecycle) ? LIFECYCLES[lifecycle] : lifecycle;

/** PENDING, EXECUTING or CANCELING: its status will still change by itself. */
export const isActive = (lifecycle: TaskLifecycle) =>
  lifecycle === 'PENDING' || lifecycle === 'EXECUTING' || lifecycle === 'CANCELING';

/** Where a lifecycle stands on the only way there is; the three ends are as far as each other. */
const stepOf = (lifecycle: TaskLifecycle) => {
  const step = ['PENDING', 'EXECUTING', 'CANCELING'].indexOf(lifecycle);
  return step === -1 ? Infinity : step;
};

/** Whether a task that was seen as `before` can have come to `lifecycle` since. */
export const isLater = (lifecycle: TaskLifecycle, before: TaskLifecycle) => stepOf(lifecycle) > stepOf(before);

export const ACTIVE_LIFECYCLES = ['PENDING', 'EXECUTING', 'CANCELING'] satisfies TaskLifecycle[];

/** The value of the `Name` tag. */
export const taskName = ({ Tags }: Pick<DataRepositoryTask, 'Tags'>) => Tags?.find((tag) => tag.Key === 'Name')?.Value;

/** `12 of 40`, or what is known of it. */
export const progressText = ({ Status }: Pick<DataRepositoryTask, 'Status'>) => {
  const done = (Status?.SucceededCount ?? 0) + (Status?.FailedCount ?? 0);
  return Status?.TotalCount === undefined
    ? `${done.toLocaleString('en')} processed`
    : `${done.toLocaleString('en')} of ${Status.TotalCount.toLocaleString('en')} processed`;
};

/** Why a task cannot be canceled; undefined when it can. */
export const cancelHindrance = ({ Lifecycle }: Pick<DataRepositoryTask, 'Lifecycle'>): string | undefined => {
  if (Lifecycle === 'PENDING' || Lifecycle === 'EXECUTING') return undefined;
  return Lifecycle === 'CANCELING' ? 'The task is already being canceled' : 'The task has already ended';
};

/** What the filter of the tasks page is called. */
export const FILTER_LABEL = 'Filter data repository tasks';
