import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { FileSystem } from '@drt/contract/file-systems';
import { lazy, Suspense, useState } from 'react';

import type { CliCall } from '../shell/cli-command.ts';

const DeleteFileSystemModal = lazy(async () => ({
  default: (await import('./delete-file-system.tsx')).DeleteFileSystemModal,
}));
const AttachModal = lazy(async () => ({ default: (await import('./attach-file-system.tsx')).AttachModal }));
const CliCommandModal = lazy(async () => ({
  default: (await import('../shell/cli-command-modal.tsx')).CliCommandModal,
}));

/** Why a file system cannot be deleted; undefined when it can. */
const deleteHindrance = (fileSystem: FileSystem | undefined) => {
  if (!fileSystem) return 'Select a file system first';
  return fileSystem.Lifecycle === 'DELETING' ? 'The file system is being deleted' : undefined;
};

interface ListActionsProps {
  /** The selected one. */
  readonly fileSystem: FileSystem | undefined;
  /** The request for what the list shows. */
  readonly listCall: CliCall;
}

/** The Actions menu of the list. */
export const FileSystemListActions = ({ fileSystem, listCall }: ListActionsProps) => {
  // The modal stays on the file system it was opened for, also when a refresh takes the selection away.
  const [open, setOpen] = useState<{ readonly deleting: string } | 'command'>();
  const hindrance = deleteHindrance(fileSystem);
  const close = () => setOpen(undefined);
  return (
    <>
      <ButtonDropdown
        items={[
          {
            id: 'delete',
            text: 'Delete file system',
            ...(hindrance ? { disabled: true, disabledReason: hindrance } : {}),
          },
          { id: 'command', text: 'Show CLI command for this list' },
        ]}
        onItemClick={({ detail }) =>
          setOpen(detail.id === 'delete' ? { deleting: fileSystem?.FileSystemId ?? '' } : 'command')
        }
      >
        Actions
      </ButtonDropdown>
      <Suspense fallback={null}>
        {open === 'command' ? (
          <CliCommandModal does="list these file systems" calls={[listCall]} onClose={close} />
        ) : null}
        {typeof open === 'object' ? <DeleteFileSystemModal id={open.deleting} onClose={close} /> : null}
      </Suspense>
    </>
  );
};

/** What can be done with the file system of a page. */
export const FileSystemActions = ({ fileSystem }: { readonly fileSystem: FileSystem }) => {
  const [open, setOpen] = useState<'attach' | 'delete'>();
  const hindrance = deleteHindrance(fileSystem);
  const close = () => setOpen(undefined);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setOpen('attach')}>Attach</Button>
      <Button disabled={hindrance !== undefined} disabledReason={hindrance} onClick={() => setOpen('delete')}>
        Delete file system
      </Button>
      <Suspense fallback={null}>
        {open === 'attach' ? <AttachModal fileSystem={fileSystem} onClose={close} /> : null}
        {open === 'delete' ? <DeleteFileSystemModal id={fileSystem.FileSystemId ?? ''} onClose={close} /> : null}
      </Suspense>
    </SpaceBetween>
  );
};
