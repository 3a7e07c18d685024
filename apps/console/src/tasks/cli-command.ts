import type { Input } from '@drt/contract';
import type { TaskFilter, TaskProperty, TaskToken } from '@drt/contract/task-list';
import type { TASK_FILTERS } from '@drt/contract/tasks';

/** The AWS CLI commands that do what a form or a page does, for a POSIX shell. */

export interface CliTarget {
  readonly region: string;
  /** Of an FSx that is not Amazon's own. */
  readonly endpoint?: string | undefined;
}

/** One word of a shell command that becomes exactly this argument. */
export const quote = (argument: string) =>
  // Nothing is special between single quotes but the quote itself, which therefore stands outside of them.
  /^[A-Za-z0-9_./:=@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

/** JSON with only ASCII letters, so that no byte depends on the terminal and nothing in it is invisible. */
const json = (value: unknown) =>
  JSON.stringify(value).replaceAll(
    /[^\u0020-\u007E]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

type Option = readonly [name: string, value: string];

const aws = (operation: string, options: readonly Option[], { region, endpoint }: CliTarget) => {
  const all: Option[] = [...options, ['region', region], ...(endpoint ? [['endpoint-url', endpoint] as const] : [])];
  return [`aws fsx ${operation}`, ...all.map(([name, value]) => `--${name} ${quote(value)}`)].join(' \\\n  ');
};

export const cancelCommand = (taskId: string, target: CliTarget) =>
  aws('cancel-data-repository-task', [['task-id', taskId]], target);

/** Without the form's request token: the CLI makes one of its own for each run. */
export const createCommand = (input: Input<'CreateDataRepositoryTask'>, target: CliTarget) => {
  const { Type, FileSystemId, Paths, Report, Tags, CapacityToRelease, ReleaseConfiguration } = input;
  const options: Option[] = [
    ['type', Type],
    ['file-system-id', FileSystemId],
    ['report', json(Report)],
  ];
  if (Paths?.length) options.push(['paths', json(Paths)]);
  if (Tags?.length) options.push(['tags', json(Tags)]);
  if (CapacityToRelease !== undefined) options.push(['capacity-to-release', String(CapacityToRelease)]);
  if (ReleaseConfiguration) options.push(['release-configuration', json(ReleaseConfiguration)]);
  return aws('create-data-repository-task', options, target);
};

const FILTER_NAMES: Partial<Record<TaskProperty, (typeof TASK_FILTERS)[number]>> = {
  fileSystem: 'file-system-id',
  status: 'task-lifecycle',
  association: 'data-repository-association-id',
};

/** Filters of FSx are joined by "and", their values by "or". */
const split = ({ operation, tokens }: TaskFilter) => {
  const isSame = tokens.every(({ property }) => property === tokens[0]?.property);
  const isAny = operation === 'or' && tokens.length > 1;
  const asked = new Map<string, string[]>();
  const left: TaskToken[] = [];
  for (const token of tokens) {
    const name = token.operator === '=' ? FILTER_NAMES[token.property] : undefined;
    if (name && (isAny ? isSame : !asked.has(name))) asked.set(name, [...(asked.get(name) ?? []), token.value]);
    else left.push(token);
  }
  // One condition of "or" that FSx cannot judge takes the use of all others.
  return isAny && left.length > 0 ? { asked: new Map<string, string[]>(), left: tokens } : { asked, left };
};

/** The command, and the conditions that FSx cannot filter by: the command lists more tasks than match those. */
export const listCommand = (filter: TaskFilter, target: CliTarget) => {
  const { asked, left } = split(filter);
  const filters = [...asked].map(([Name, Values]) => ({ Name, Values }));
  const options: Option[] = filters.length > 0 ? [['filters', json(filters)]] : [];
  return { command: aws('describe-data-repository-tasks', options, target), left };
};
