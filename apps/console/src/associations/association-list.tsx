import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { useState } from 'react';

import { paths } from '../paths.ts';
import { useFollow } from '../shell/leave-guard.tsx';
import { Empty } from '../table/empty.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import { ASSOCIATION_COLUMNS } from './columns.tsx';
import { useAssociationList } from './queries.ts';

/** Why a task cannot be created from these associations; undefined when it can. */
const exportHindrance = (selected: readonly DataRepositoryAssociation[]) => {
  if (selected.length !== 1) return 'Select one association';
  return selected[0]?.Lifecycle === 'AVAILABLE' ? undefined : 'The association is not available';
};

const importHindrance = (selected: readonly DataRepositoryAssociation[]) => {
  if (selected.length === 0) return 'Select one or more associations';
  const usable = selected.every((each) => each.Lifecycle === 'AVAILABLE' || each.Lifecycle === 'MISCONFIGURED');
  return usable ? undefined : 'Not every selected association is available';
};

const menuItem = (id: string, text: string, href: string, hindrance: string | undefined): ButtonDropdownProps.Item =>
  hindrance ? { id, text, disabled: true, disabledReason: hindrance } : { id, text, href };

interface ActionsProps {
  readonly fileSystemId: string;
  readonly selected: readonly DataRepositoryAssociation[];
}

/** What can be started from the selected associations. */
export const AssociationActions = ({ fileSystemId, selected }: ActionsProps) => {
  const follow = useFollow();
  const from = { fileSystemId, associationIds: selected.flatMap((each) => each.AssociationId ?? []) };
  return (
    <ButtonDropdown
      items={[
        menuItem('export', 'Export task', paths.createTask('export', from), exportHindrance(selected)),
        menuItem('import', 'Import task', paths.createTask('import', from), importHindrance(selected)),
        menuItem('release', 'Create release task', '', 'Release tasks are not available yet'),
      ]}
      onItemFollow={follow}
    >
      Actions
    </ButtonDropdown>
  );
};

/** The associations of one file system, as a pane of its page. */
export const AssociationPane = ({ fileSystemId }: { readonly fileSystemId: string }) => {
  const list = useAssociationList(fileSystemId);
  const [selectedKeys, onSelect] = useState<readonly string[]>([]);
  const selected = list.items.filter((each) => selectedKeys.includes(each.AssociationId ?? ''));
  return (
    <ResourceTable
      tableId="associations"
      title="Data repository associations"
      placement="pane"
      names="data repository associations"
      list={list}
      columns={ASSOCIATION_COLUMNS}
      newestFirstBy="created"
      keyOf={(each) => each.AssociationId ?? ''}
      selectionType="multi"
      selectedKeys={selectedKeys}
      onSelect={onSelect}
      empty={
        <Empty title="No data repository associations">
          Link a directory to an S3 path with <b>aws fsx create-data-repository-association</b>; tasks need such a link.
        </Empty>
      }
      actions={<AssociationActions fileSystemId={fileSystemId} selected={selected} />}
    />
  );
};
