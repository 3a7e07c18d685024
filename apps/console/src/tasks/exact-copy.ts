import type { DataRepositoryTask, TaskType } from '@drt/contract/tasks';

/** What makes two tasks exact copies of each other; report and tags do not count. */
export interface TaskIdentity {
  readonly type: TaskType;
  readonly fileSystemId: string;
  readonly paths: readonly string[];
}

const segments = (path: string) => path.split('/').filter((each) => each !== '' && each !== '.');

const normalised = (type: TaskType, path: string) => {
  if (type !== 'IMPORT_METADATA_FROM_REPOSITORY') return segments(path).join('/');
  return path.replace(/\/+$/, '');
};

const pathSet = ({ type, paths }: TaskIdentity) =>
  // No path at all means the root.
  new Set(paths.length === 0 ? [''] : paths.map((path) => normalised(type, path)));

const isExactCopy = (one: TaskIdentity, other: TaskIdentity) => {
  if (one.type !== other.type || one.fileSystemId !== other.fileSystemId) return false;
  const [left, right] = [pathSet(one), pathSet(other)];
  return left.size === right.size && [...left].every((path) => right.has(path));
};

/** The active task that a new one would copy exactly: FSx refuses the new one as long as that one runs or waits. */
export const findExactCopy = (wanted: TaskIdentity, active: readonly DataRepositoryTask[]) =>
  active.find((task) =>
    isExactCopy(wanted, { type: task.Type, fileSystemId: task.FileSystemId ?? '', paths: task.Paths ?? [] }),
  );
