import Alert from '@cloudscape-design/components/alert';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'react-router';

import { useFsxMutation } from '../api/fsx.ts';
import { paths } from '../paths.ts';
import { DeleteModal } from '../shell/delete-modal.tsx';
import { useGo } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { fileSystemsQuery } from './queries.ts';

interface DeleteFileSystemModalProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Asks for the file system's ID before it is deleted with its files. */
export const DeleteFileSystemModal = ({ id, onClose }: DeleteFileSystemModalProps) => {
  const client = useQueryClient();
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const { pathname } = useLocation();
  const { mutate, isPending, error } = useFsxMutation('DeleteFileSystem', { invalidates: [] });
  const input = { FileSystemId: id };

  const deleted = () => {
    notify({ id: `deleted-${id}`, type: 'success', header: 'File system is being deleted', content: id });
    onClose();
    // Not the file system itself: its page would ask for what is gone before it is left.
    void client.invalidateQueries({ queryKey: fileSystemsQuery.queryKey });
    if (paths.fileSystem(id).startsWith(`${pathname}?`)) goSaved(paths.fileSystems());
  };

  return (
    <DeleteModal
      id={id}
      kind="file system"
      typeToConfirm
      pending={isPending}
      error={error}
      onConfirm={() => mutate(input, { onSuccess: deleted })}
      call={{ operation: 'DeleteFileSystem', input }}
      onClose={onClose}
    >
      <Alert type="warning" statusIconAriaLabel="Warning">
        The files of the file system and its data repository associations are deleted. An adopted directory stays as it
        is, and so does what was exported. Tasks stay in the list.
      </Alert>
    </DeleteModal>
  );
};
