import type { TaskType } from '@drt/contract/tasks';

/** Where a completion report lies: the API takes an absolute path, the form a path inside a linked repository. */

/** `s3://bucket/prefix/` and `a/b` become `s3://bucket/prefix/a/b`; a path that is already absolute stays. */
export const absoluteReportPath = (repository: string, path: string) => {
  if (path.startsWith('s3://')) return path;
  const base = repository.replace(/\/+$/, '');
  const relative = path.replace(/^\/+/, '');
  return relative ? `${base}/${relative}` : `${base}/`;
};

/** The object that FSx writes for one task: `{path}/{task ID}/failures.csv`, for imports `report.csv`. */
export const reportObject = (reportPath: string, taskId: string, type: TaskType) => {
  const name = type === 'IMPORT_METADATA_FROM_REPOSITORY' ? 'report.csv' : 'failures.csv';
  return `${reportPath.replace(/\/+$/, '')}/${taskId}/${name}`;
};

/** Whether an S3 path is a repository or lies inside it. */
export const liesIn = (path: string, repository: string) => {
  const base = repository.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
};

/** The repository among `repositories` that holds `path`, the most exact one first. */
export const repositoryOf = (path: string, repositories: readonly string[]) =>
  repositories.filter((each) => liesIn(path, each)).toSorted((a, b) => b.length - a.length)[0];

/** The part of an absolute report path that the form shows. */
export const relativeReportPath = (path: string, repository: string) =>
  path.slice(repository.replace(/\/+$/, '').length).replace(/^\/+/, '');
