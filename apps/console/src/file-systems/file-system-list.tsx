import { useState } from 'react';

import { Empty } from '../table/empty.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import { FILE_SYSTEM_COLUMNS } from './columns.tsx';
import { useFileSystemList } from './queries.ts';

/** The file systems of the account. */
export const FileSystemListPage = () => {
  const list = useFileSystemList();
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
      selectedKeys={selectedKeys}
      onSelect={onSelect}
      empty={
        <Empty title="No file systems">
          Create one with the AWS CLI: <b>aws fsx create-file-system --file-system-type LUSTRE</b>, with this
          server&apos;s address as <b>--endpoint-url</b>.
        </Empty>
      }
    />
  );
};
