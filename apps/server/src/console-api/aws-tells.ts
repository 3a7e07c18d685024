import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import type { TaskJson } from '@drt/contract/task-list';
import type { Engine } from '@drt/engine';

import type { Fsx } from './fsx-client.ts';
import { openReports } from './reports.ts';
import type { S3Objects } from './s3-objects.ts';

/** Behind every key that begins so: S3 would otherwise name the directory that a page ended with once more. */
const behind = (prefix: string) => `${prefix}\u{10ffff}`;

const PAGE = 100;
/** Names that S3 answers at once. */
const MOST = 1000;

/** The bucket of an `s3://bucket/prefix` and its prefix, which is '' or ends with `/`. */
const partsOf = (repository: string) => {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(repository) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: prefix.replace(/([^/])$/, '$1/') };
};

/** @param prefix of the level, which every key begins with */
const entryOf = ({ key, size }: { readonly key: string; readonly size: number }, prefix: string) => ({
  Name: key.slice(prefix.length),
  Kind: key.endsWith('/') ? ('directory' as const) : ('file' as const),
  Size: size,
});

/**
 * What can be told of a task without an engine: what real FSx and its data repositories say. Anything else is refused
 * with `UnsupportedOperation`.
 */
export const awsTells = (fsx: Pick<Fsx, 'call'>, s3: Pick<S3Objects, 'read' | 'list'>): Engine['tell'] => {
  const reports = openReports(s3);

  const listTaskFailures = async (input: EngineInput<'ListTaskFailures'>) => {
    // AWS JSON, which the client has checked against the contract. FSx refuses the ID of a task that is not there.
    const answer = (await fsx.call('DescribeDataRepositoryTasks', { TaskIds: [input.TaskId] })) as {
      DataRepositoryTasks?: TaskJson[];
    };
    const [task] = answer.DataRepositoryTasks ?? [];
    if (!task) throw new FsxError('DataRepositoryTaskNotFound', `There is no task ${input.TaskId}.`);
    return reports.failuresOf(task, input);
  };

  const listRepository = async ({
    AssociationId,
    Path,
    After,
    MaxResults = PAGE,
  }: EngineInput<'ListRepository'>): Promise<EngineOutput<'ListRepository'>> => {
    // As above.
    const answer = (await fsx.call('DescribeDataRepositoryAssociations', { AssociationIds: [AssociationId] })) as {
      Associations?: { DataRepositoryPath?: string }[];
    };
    const repository = partsOf(answer.Associations?.[0]?.DataRepositoryPath ?? '');
    if (!repository) {
      throw new FsxError('DataRepositoryAssociationNotFound', `There is no association ${AssociationId} in S3.`);
    }
    const prefix = `${repository.prefix}${Path}`;
    const from = After === undefined ? undefined : `${prefix}${After}`;
    // One more than asked for says whether there are more; one more again, should the prefix be an object itself.
    const most = Math.min(MOST, MaxResults + 2);
    const { names } = await s3.list(repository.bucket, prefix, most, from?.endsWith('/') ? behind(from) : from);
    const entries = names.filter(({ key }) => key !== prefix).map((name) => entryOf(name, prefix));
    return { Entries: entries.slice(0, MaxResults), More: entries.length > MaxResults || names.length === MOST };
  };

  return async (operation, input) => {
    switch (operation) {
      case 'ListTaskFailures':
        // The compiler does not tie the type of the input, or of the answer, to the name that was just compared.
        return (await listTaskFailures(input as EngineInput<'ListTaskFailures'>)) as EngineOutput<typeof operation>;
      case 'ListRepository':
        // As above.
        return (await listRepository(input as EngineInput<'ListRepository'>)) as EngineOutput<typeof operation>;
      default:
        throw new FsxError('UnsupportedOperation', 'Only the engine of this project can tell this, not Amazon FSx.');
    }
  };
};
