import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { contextQuery } from '../api/fsx.ts';
import { linkCountsQuery } from '../associations/queries.ts';
import { CREATE_FILE_SYSTEM, paths } from '../paths.ts';
import { useGo } from '../shell/leave-guard.tsx';
import { Empty } from '../table/empty.tsx';
import { type ResourceList, ResourceTable } from '../table/resource-table.tsx';
import { FILE_SYSTEM_COLUMNS, type FileSystemRow } from './columns.tsx';
import { DeleteFileSystemButton } from './delete-file-system-button.tsx';
import { useFileSystemList } from './queries.ts';

/** Without the counts, which come later or not at all, the list is still of use. */
const useRows = (): ResourceList<FileSystemRow> => {
  const list = useFileSystemList();
  const { data: counts } = useQuery(linkCountsQuery);
  const items = list.items.map((each) => ({
    ...each,
    linkedRepositories: counts && (counts.get(each.FileSystemId ?? '') ?? 0),
  }));
  return { ...list, items };
};

/** The file systems of the account. */
export const FileSystemListPage = () => {
  const list = useRows();
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
      empty={
        <Empty title="No file systems" action={<CreateButton />}>
          Create one to link directories to S3 and to run tasks.
        </Empty>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <DeleteFileSystemButton
            fileSystem={list.items.find((each) => selectedKeys.includes(each.FileSystemId ?? ''))}
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
