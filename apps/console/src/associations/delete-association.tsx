import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'react-router';

import { useFsxMutation } from '../api/fsx.ts';
import { paths } from '../paths.ts';
import { DeleteModal } from '../shell/delete-modal.tsx';
import { useGo } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { associationsQuery } from './queries.ts';

interface DeleteAssociationModalProps {
  readonly association: DataRepositoryAssociation;
  readonly onClose: () => void;
}

/** Unlinks; on request with the files of the linked directory, and then the ID must be typed. */
export const DeleteAssociationModal = ({ association, onClose }: DeleteAssociationModalProps) => {
  const { AssociationId: id = '', FileSystemId = '', FileSystemPath = '/', DataRepositoryPath } = association;
  const [deleteData, setDeleteData] = useState(false);
  const client = useQueryClient();
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const { pathname } = useLocation();
  const { mutate, isPending, error } = useFsxMutation('DeleteDataRepositoryAssociation', { invalidates: [] });
  const input = { AssociationId: id, DeleteDataInFileSystem: deleteData };

  const deleted = () => {
    notify({
      id: `deleted-${id}`,
      type: 'success',
      header: 'Data repository association is being deleted',
      content: deleteData ? `${id}, and the data in ${FileSystemPath}` : id,
    });
    onClose();
    // Not the association itself: its page would ask for what is gone before it is left.
    void client.invalidateQueries({ queryKey: associationsQuery(FileSystemId).queryKey });
    if (pathname === paths.association(id)) goSaved(paths.fileSystem(FileSystemId));
  };

  return (
    <DeleteModal
      id={id}
      kind="association"
      typeToConfirm={deleteData}
      pending={isPending}
      error={error}
      onConfirm={() => mutate(input, { onSuccess: deleted })}
      call={{ operation: 'DeleteDataRepositoryAssociation', input }}
      onClose={onClose}
    >
      <span>
        {FileSystemPath} is no longer linked to {DataRepositoryPath ?? 'the data repository'}. Nothing is deleted in the
        data repository.
      </span>
      <Checkbox
        checked={deleteData}
        disabled={isPending}
        description="When this is off, the files stay where they are."
        onChange={({ detail }) => setDeleteData(detail.checked)}
      >
        Delete data in file system
      </Checkbox>
      {deleteData ? (
        <Alert type="warning" statusIconAriaLabel="Warning">
          Everything in {FileSystemPath} is deleted from the file system. Files that were never exported are lost.
        </Alert>
      ) : null}
    </DeleteModal>
  );
};
