import { type Input } from '@drt/contract';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { type Tag, tagValue } from '@drt/contract/tags';
import {
  type DataRepositoryTask,
  MAX_PATHS,
  MAX_PATHS_IN_FORMS,
  REPORT_FORMAT,
  REPORT_SCOPE,
  taskPath,
} from '@drt/contract/tasks';
import { archivePath } from '@drt/contract/wire';

import { filledTags, tagCountError, type TagErrors, tagErrors } from '../tags/tag-rows.ts';
import { absoluteReportPath, liesIn, relativeReportPath, repositoryOf } from './report-location.ts';

/**
 * The create form of an export or import task as plain values, and the two ways between them and FSx. Nothing here
 * knows a component; the pages show what these functions say.
 */

export type CreatableType = 'EXPORT_TO_REPOSITORY' | 'IMPORT_METADATA_FROM_REPOSITORY';

export interface TaskForm {
  readonly fileSystemId: string;
  /** One per row, as typed; blank rows do not count. */
  readonly paths: readonly string[];
  readonly reportEnabled: boolean;
  /** The linked repository that `reportPath` is relative to, e.g. `s3://bucket/prefix/`. */
  readonly reportRepository: string;
  /** Relative to `reportRepository`, or absolute when it begins with `s3://`. */
  readonly reportPath: string;
  /** The value of the `Name` tag. */
  readonly name: string;
  /** The other tags, one per row, as typed; blank rows do not count. A duplicate takes those of its source along. */
  readonly tags: readonly Tag[];
}

export interface FormErrors {
  readonly fileSystemId?: string;
  /** Row number, from 0, to what is wrong with it. */
  readonly paths: Readonly<Record<number, string>>;
  readonly pathCount?: string;
  readonly reportPath?: string;
  readonly name?: string;
  readonly tags?: TagErrors;
  readonly tagCount?: string;
}

type Association = Pick<DataRepositoryAssociation, 'AssociationId' | 'FileSystemPath' | 'DataRepositoryPath'>;

export const repositoriesOf = (associations: readonly Association[]) =>
  associations.flatMap((each) => each.DataRepositoryPath ?? []);

/** The path rows that count. */
export const filledPaths = ({ paths }: Pick<TaskForm, 'paths'>) => paths.filter((path) => path.trim() !== '');

/**
 * A form for a new task. Begun from some of several associations, it names their paths, because no path at all would
 * mean the whole file system and every linked repository.
 */
export const newForm = (
  type: CreatableType,
  fileSystemId: string,
  associations: readonly Association[],
  chosen: readonly string[],
): TaskForm => {
  const started = associations.filter((each) => each.AssociationId && chosen.includes(each.AssociationId));
  const partial = started.length > 0 && started.length < associations.length;
  const paths = !partial
    ? []
    : started.flatMap((each) =>
        type === 'IMPORT_METADATA_FROM_REPOSITORY'
          ? (each.DataRepositoryPath ?? [])
          : (each.FileSystemPath ?? '').replaceAll(/^\/+|\/+$/g, ''),
      );
  const [repository = ''] = repositoriesOf(started.length > 0 ? started : associations);
  return {
    fileSystemId,
    paths: paths.length > 0 ? paths : [''],
    reportEnabled: false,
    reportRepository: repository,
    reportPath: '',
    name: '',
    tags: [],
  };
};

/** Splits an absolute report path at the linked repository that holds it; outside of all it stays absolute. */
const reportOf = (path: string, repositories: readonly string[]) => {
  const repository = repositoryOf(path, repositories);
  if (repository === undefined) return { reportRepository: repositories[0] ?? '', reportPath: path };
  return { reportRepository: repository, reportPath: relativeReportPath(path, repository) };
};

/** A form that holds every setting of a task. Tags that AWS itself set (`aws:`) stay behind. */
export const formOf = (task: DataRepositoryTask, associations: readonly Association[]): TaskForm => {
  const { Report, Paths = [], Tags = [], FileSystemId = '' } = task;
  return {
    fileSystemId: FileSystemId,
    paths: Paths.length > 0 ? Paths : [''],
    reportEnabled: Report?.Enabled === true,
    ...reportOf(Report?.Path ?? '', repositoriesOf(associations)),
    name: Tags.find((tag) => tag.Key === 'Name')?.Value ?? '',
    tags: Tags.filter((tag) => tag.Key !== 'Name' && !tag.Key.startsWith('aws:')),
  };
};

/** The request. `token` makes a second click on Create answer the first one's task. */
export const toInput = (type: CreatableType, form: TaskForm, token: string): Input<'CreateDataRepositoryTask'> => {
  const paths = filledPaths(form);
  const tags = [...(form.name ? [{ Key: 'Name', Value: form.name }] : []), ...filledTags(form.tags)];
  return {
    Type: type,
    FileSystemId: form.fileSystemId,
    ClientRequestToken: token,
    ...(paths.length > 0 ? { Paths: paths } : {}),
    Report: form.reportEnabled
      ? {
          Enabled: true,
          Path: absoluteReportPath(form.reportRepository, form.reportPath),
          Format: REPORT_FORMAT,
          Scope: REPORT_SCOPE,
        }
      : { Enabled: false },
    ...(tags.length > 0 ? { Tags: tags } : {}),
  };
};

interface Checkable {
  readonly safeParse: (value: string) => {
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** What the contract says about a value, as the end of a sentence; undefined when the value is fine. */
const complaint = (schema: Checkable, value: string) => schema.safeParse(value).error?.issues[0]?.message;

/** Whether a request can name the path at all. */
export const isTaskPath = (path: string) => path.trim() !== '' && complaint(taskPath, path) === undefined;

/** Whether an export's path meets a linked directory: lies in one, or holds one. */
const isLinked = (path: string, directories: readonly string[]) => {
  const slashed = (each: string) =>
    `/${each
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/')}/`.replace('//', '/');
  const asked = slashed(path);
  return directories.map(slashed).some((each) => asked.startsWith(each) || each.startsWith(asked));
};

const exportPathError = (path: string, directories: readonly string[]): string | undefined => {
  if (/^s3:\/\//i.test(path)) return 'Enter a path of the file system, for example path1, not an S3 path.';
  if (path.split('/').includes('..')) return 'The path must not contain "..".';
  if (directories.length === 0 || isLinked(path, directories)) return undefined;
  return `The path is in none of the linked directories: ${directories.join(', ')}.`;
};

const pathError = (type: CreatableType, path: string, associations: readonly Association[]): string | undefined => {
  const wrong = complaint(taskPath, path);
  if (wrong) return `The path ${wrong}.`;
  if (type === 'EXPORT_TO_REPOSITORY') {
    return exportPathError(
      path,
      associations.flatMap((each) => each.FileSystemPath ?? []),
    );
  }
  const repositories = repositoriesOf(associations);
  if (!/^s3:\/\/[^/]+/.test(path)) return 'Enter an S3 path in the form s3://bucket/prefix.';
  if (repositories.length === 0 || repositories.some((each) => liesIn(path, each) || liesIn(each, path)))
    return undefined;
  return `The path is in none of the linked repositories: ${repositories.join(', ')}.`;
};

const reportPathError = (form: TaskForm, repositories: readonly string[]): string | undefined => {
  if (!form.reportEnabled) return undefined;
  const absolute = absoluteReportPath(form.reportRepository, form.reportPath);
  const wrong = complaint(archivePath, absolute);
  if (wrong) return `The report path ${wrong}.`;
  if (repositories.length === 0 || repositories.some((each) => liesIn(absolute, each))) return undefined;
  return `Enter a path inside a linked repository: ${repositories.join(', ')}.`;
};

/**
 * Checks what the API would refuse, or what could only end in a failed task, by the limits of the contract.
 * @param pathLimit most paths: the console's own limit, or as many as the duplicated task has.
 */
export const validate = (
  type: CreatableType,
  form: TaskForm,
  associations: readonly Association[],
  pathLimit: number,
): FormErrors | undefined => {
  const repositories = repositoriesOf(associations);
  const paths: Record<number, string> = {};
  const first = new Map<string, number>();
  form.paths.forEach((path, row) => {
    if (path.trim() === '') return;
    const before = first.get(path);
    first.set(path, before ?? row);
    const wrong = pathError(type, path, associations);
    if (wrong) paths[row] = wrong;
    else if (before !== undefined) paths[row] = `This path is already in row ${before + 1}.`;
  });
  const tooMany = filledPaths(form).length - pathLimit;
  const name = form.name ? complaint(tagValue, form.name) : undefined;
  const reportPath = reportPathError(form, repositories);
  const tags = tagErrors(form.tags, { Name: 'Task name' });
  const tagCount = tagCountError(form.tags, form.name ? 1 : 0);
  const errors: FormErrors = {
    ...(form.fileSystemId ? {} : { fileSystemId: 'Choose a file system.' }),
    paths,
    ...(tooMany > 0 ? { pathCount: `A task can have up to ${pathLimit} paths here. Remove ${tooMany}.` } : {}),
    ...(reportPath ? { reportPath } : {}),
    ...(name ? { name: `The task name ${name}.` } : {}),
    ...(tags ? { tags } : {}),
    ...(tagCount ? { tagCount } : {}),
  };
  return Object.keys(errors).length === 1 && Object.keys(paths).length === 0 ? undefined : errors;
};

/** The field that a refusal names, with what FSx said about it. */
export const refusedField = (message: string): Partial<FormErrors> => {
  switch (/^[A-Za-z]+/.exec(message)?.[0]) {
    case 'FileSystemId':
      return { fileSystemId: message };
    case 'Paths':
      return { pathCount: message };
    case 'Report':
      return { reportPath: message };
    case 'Tags':
      return { name: message };
    default:
      return {};
  }
};

/** The console's limit; a duplicate of a task with more paths keeps them all. */
export const pathLimitOf = (initial: Pick<TaskForm, 'paths'>) =>
  Math.max(MAX_PATHS_IN_FORMS, filledPaths(initial).length);

/**
 * Puts pasted lines into the rows: the first into the row that has the focus if that is blank, the others after it.
 * Stops at what the API takes at most, and says how many lines did not fit.
 */
export const pasteLines = (paths: readonly string[], row: number, text: string) => {
  const lines = text.split(/\r\n|\r|\n|\u0085|\u2028|\u2029/).filter((each) => each.trim() !== '');
  const current = paths[row] ?? '';
  const before = paths.slice(0, row).concat(current.trim() === '' ? [] : [current]);
  const after = paths.slice(row + 1);
  const room = Math.max(0, MAX_PATHS - before.length - after.length);
  const taken = lines.slice(0, room);
  return { paths: [...before, ...taken, ...after], left: lines.length - taken.length };
};
