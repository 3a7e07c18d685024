import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { contextQuery } from '../api/fsx.ts';
import { linkCountsQuery } from '../associations/queries.ts';
import { CREATE_FILE_SYSTEM, paths } from '../paths.ts';
import type { CliCall } from '../shell/cli-command.ts';
import { FirstSteps } from '../shell/first-steps-slot.tsx';
import { useGo } from '../shell/leave-guard.tsx';
import { Empty } from '../table/empty.tsx';
import { useFind } from '../table/find.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import type { Rows } from '../table/table-frame.tsx';
import { deploymentWords, FILE_SYSTEM_COLUMNS, type FileSystemRow, storageWords, typeWord } from './columns.tsx';
import { FileSystemListActions } from './file-system-actions.tsx';
import { activeCountsQuery, useFileSystemList } from './queries.ts';

/** Without the counts, which come later or not at all, the list is still of use. */
const useRows = (): Rows<FileSystemRow> => {
  const list = useFileSystemList();
  const { data: links } = useQuery(linkCountsQuery);
  const { data: active } = useQuery(activeCountsQuery);
  const items = list.items.map((each) => ({
    ...each,
    linkedRepositories: links && (links.get(each.FileSystemId ?? '') ?? 0),
    activeTasks: active && (active.get(each.FileSystemId ?? '') ?? 0),
  }));
  return { ...list, items };
};

/** All that can be looked for. */
const textOf = (each: FileSystemRow) =>
  [
    each.FileSystemId,
    each.Lifecycle,
    typeWord(each),
    deploymentWords(each.LustreConfiguration?.DeploymentType),
    storageWords(each),
    ...(each.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`),
  ].join('\n');

/** Most IDs of one request. */
const MOST_IDS = 50;

/** The request for what the list shows: FSx cannot search, but it can be asked for just these. */
const listCall = (shown: readonly FileSystemRow[], all: number): CliCall => ({
  operation: 'DescribeFileSystems',
  input:
    shown.length > 0 && shown.length < all && shown.length <= MOST_IDS
      ? { FileSystemIds: shown.flatMap(({ FileSystemId }) => FileSystemId ?? []) }
      : {},
});

/** The file systems of the account. */
export const FileSystemListPage = () => {
  const rows = useRows();
  const { list, filter, noMatch } = useFind(rows, 'file systems', textOf);
  const [selectedKeys, onSelect] = useState<readonly string[]>([]);
  return (
    <ResourceTable
      tableId="file-systems"
      title="File systems"
      placement="page"
      names="file systems"
      list={list}
      columns={FILE_SYSTEM_COLUMNS}
      newestFirstBy="created"
      keyOf={(each) => each.FileSystemId ?? ''}
      selectionType="single"
      selectedKeys={selectedKeys}
      onSelect={onSelect}
      filter={filter}
      empty={
        noMatch ?? (
          <FirstSteps>
            <Empty title="No file systems" action={<CreateButton />}>
              Create one to link directories to S3 and to run tasks.
            </Empty>
          </FirstSteps>
        )
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <FileSystemListActions
            fileSystem={list.items.find((each) => selectedKeys.includes(each.FileSystemId ?? ''))}
            listCall={listCall(list.items, rows.items.length)}
          />
          <CreateButton primary />
        </SpaceBetween>
      }
    />
  );
};

const CreateButton = ({ primary = false }: { readonly primary?: boolean }) => {
  const { go } = useGo();
  const { data: context } = useQuery(contextQuery);
  // A real file system needs a subnet, a key and a price: its own console is the place for that.
  const hindrance = context?.target === 'aws' ? 'Create Amazon FSx file systems in the AWS console' : undefined;
  return (
    <Button
      variant={primary ? 'primary' : 'normal'}
      disabled={hindrance !== undefined}
      disabledReason={hindrance}
      onClick={() => go(paths.createFileSystem())}
    >
      {CREATE_FILE_SYSTEM}
    </Button>
  );
};
