import Button from '@cloudscape-design/components/button';
import type { FileSystem } from '@drt/contract/file-systems';
import { lazy, Suspense, useState } from 'react';

const DeleteFileSystemModal = lazy(async () => ({
  default: (await import('./delete-file-system.tsx')).DeleteFileSystemModal,
}));

const hindranceOf = (fileSystem: FileSystem | undefined) => {
  if (!fileSystem) return 'Select a file system first';
  return fileSystem.Lifecycle === 'DELETING' ? 'The file system is being deleted' : undefined;
};

/** Delete, in the list and on the file system's own page. */
export const DeleteFileSystemButton = ({ fileSystem }: { readonly fileSystem: FileSystem | undefined }) => {
  const [deleting, setDeleting] = useState<string>();
  const hindrance = hindranceOf(fileSystem);
  return (
    <>
      <Button
        disabled={hindrance !== undefined}
        disabledReason={hindrance}
        onClick={() => setDeleting(fileSystem?.FileSystemId)}
      >
        Delete file system
      </Button>
      <Suspense fallback={null}>
        {deleting ? <DeleteFileSystemModal id={deleting} onClose={() => setDeleting(undefined)} /> : null}
      </Suspense>
    </>
  );
};
