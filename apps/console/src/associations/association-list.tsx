import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import {
  type AssociationLifecycle,
  type DataRepositoryAssociation,
  MAX_ASSOCIATIONS,
} from '@drt/contract/associations';
import type { FileSystem } from '@drt/contract/file-systems';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import { fileSystemQuery } from '../file-systems/queries.ts';
import { CREATE_ASSOCIATION, paths } from '../paths.ts';
import type { CliCall } from '../shell/cli-command.ts';
import { useFollow, useGo } from '../shell/leave-guard.tsx';
import { Empty } from '../table/empty.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import { ASSOCIATION_COLUMNS } from './columns.tsx';
import { useAssociationList } from './queries.ts';

const DeleteAssociationModal = lazy(async () => ({
  default: (await import('./delete-association.tsx')).DeleteAssociationModal,
}));
const CliCommandModal = lazy(async () => ({
  default: (await import('../shell/cli-command-modal.tsx')).CliCommandModal,
}));

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

/** Why the one selected association cannot be changed; a deletion that FAILED can be tried again. */
const changeHindrance = (
  selected: readonly DataRepositoryAssociation[],
  allowed: readonly AssociationLifecycle[],
): string | undefined => {
  if (selected.length !== 1) return 'Select one association';
  const lifecycle = selected[0]?.Lifecycle;
  if (lifecycle && allowed.includes(lifecycle)) return undefined;
  return `The association is ${lifecycle?.toLowerCase() ?? 'unknown'}`;
};

const menuItem = (id: string, text: string, href: string, hindrance: string | undefined): ButtonDropdownProps.Item =>
  hindrance ? { id, text, disabled: true, disabledReason: hindrance } : { id, text, href };

interface ActionsProps {
  readonly fileSystemId: string;
  readonly selected: readonly DataRepositoryAssociation[];
  /** The association whose page this is; without it, this is the list of all of them. */
  readonly page?: string;
}

/** The request for what is on the page. */
const commandOf = (fileSystemId: string, page: string | undefined): { does: string; calls: CliCall[] } => ({
  does: page ? 'show this association' : 'list these associations',
  calls: [
    {
      operation: 'DescribeDataRepositoryAssociations',
      input: page ? { AssociationIds: [page] } : { Filters: [{ Name: 'file-system-id', Values: [fileSystemId] }] },
    },
  ],
});

/** What can be done with the selected associations. */
export const AssociationActions = ({ fileSystemId, selected, page }: ActionsProps) => {
  const follow = useFollow();
  const { go } = useGo();
  // The modal stays on the association it was opened for, also when a refresh takes the selection away.
  const [deleting, setDeleting] = useState<DataRepositoryAssociation>();
  const [command, setCommand] = useState(false);
  const commandText = page ? 'Show CLI command' : 'Show CLI command for this list';
  const from = { fileSystemId, associationIds: selected.flatMap((each) => each.AssociationId ?? []) };
  const noUpdate = changeHindrance(selected, ['AVAILABLE', 'MISCONFIGURED']);
  const noDelete = changeHindrance(selected, ['AVAILABLE', 'MISCONFIGURED', 'FAILED']);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={noUpdate !== undefined}
        disabledReason={noUpdate}
        onClick={() => go(paths.updateAssociation(selected[0]?.AssociationId ?? ''))}
      >
        Update
      </Button>
      <ButtonDropdown
        items={[
          menuItem('export', 'Export task', paths.createTask('export', from), exportHindrance(selected)),
          menuItem('import', 'Import task', paths.createTask('import', from), importHindrance(selected)),
          menuItem('release', 'Create release task', '', 'Release tasks are not available yet'),
          {
            id: 'delete',
            text: 'Delete association',
            ...(noDelete ? { disabled: true, disabledReason: noDelete } : {}),
          },
          { id: 'command', text: commandText },
        ]}
        onItemFollow={follow}
        onItemClick={({ detail }) => {
          if (detail.id === 'delete') setDeleting(selected[0]);
          if (detail.id === 'command') setCommand(true);
        }}
      >
        Actions
      </ButtonDropdown>
      <Suspense fallback={null}>
        {deleting ? <DeleteAssociationModal association={deleting} onClose={() => setDeleting(undefined)} /> : null}
        {command ? <CliCommandModal {...commandOf(fileSystemId, page)} onClose={() => setCommand(false)} /> : null}
      </Suspense>
    </SpaceBetween>
  );
};

interface CreateButtonProps {
  readonly fileSystemId: string;
  /** How many associations the file system has; undefined while that is not known. */
  readonly count: number | undefined;
}

/** Why no data repository can be linked to a file system of this kind. */
const linkHindrance = (fileSystem: FileSystem | undefined) => {
  if (fileSystem?.LustreConfiguration?.DeploymentType === 'SCRATCH_1') {
    return 'Scratch 1 file systems cannot be linked to a data repository';
  }
  if (fileSystem?.FileSystemTypeVersion === '2.10') return 'Lustre 2.10 cannot be linked to a data repository';
  if (fileSystem?.StorageType !== 'INTELLIGENT_TIERING') return undefined;
  return 'Intelligent-Tiering storage cannot be linked to a data repository';
};

const CreateButton = ({ fileSystemId, count }: CreateButtonProps) => {
  const { go } = useGo();
  const { data: fileSystem } = useQuery(fileSystemQuery(fileSystemId));
  const hindrance =
    linkHindrance(fileSystem) ??
    ((count ?? 0) >= MAX_ASSOCIATIONS ? `A file system can have up to ${MAX_ASSOCIATIONS} associations` : undefined);
  return (
    <Button
      disabled={hindrance !== undefined}
      disabledReason={hindrance}
      onClick={() => go(paths.createAssociation(fileSystemId))}
    >
      {CREATE_ASSOCIATION}
    </Button>
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
          Link a directory to an S3 path first; tasks need such a link.
        </Empty>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <AssociationActions fileSystemId={fileSystemId} selected={selected} />
          <CreateButton fileSystemId={fileSystemId} count={list.loading ? undefined : list.items.length} />
        </SpaceBetween>
      }
    />
  );
};
