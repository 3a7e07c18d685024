import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { FileSystem } from '@drt/contract/file-systems';
import { useQuery } from '@tanstack/react-query';

import { useHasEngine } from '../api/engine.ts';
import { quote } from '../shell/cli-command.ts';
import { Copyable } from '../shell/copyable.tsx';
import { FailureAlert } from '../shell/failure.tsx';
import { directoryQuery } from './queries.ts';

interface AttachModalProps {
  readonly fileSystem: FileSystem;
  readonly onClose: () => void;
}

/** How programs get at the files: the directory, or the command that mounts a real Lustre. */
export const AttachModal = ({ fileSystem, onClose }: AttachModalProps) => {
  const hasEngine = useHasEngine();
  return (
    <Modal
      visible
      size="large"
      header="Attach file system"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      {hasEngine === undefined ? <StatusIndicator type="loading">Loading</StatusIndicator> : null}
      {hasEngine === true ? <DirectorySteps id={fileSystem.FileSystemId ?? ''} /> : null}
      {hasEngine === false ? <MountSteps fileSystem={fileSystem} /> : null}
    </Modal>
  );
};

const DirectorySteps = ({ id }: { readonly id: string }) => {
  const { data, error, refetch } = useQuery(directoryQuery(id));
  if (error) return <FailureAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <StatusIndicator type="loading">Loading the directory</StatusIndicator>;
  const { Directory, Adopted } = data;
  return (
    <SpaceBetween size="m">
      <div>
        <Box variant="h3">On the machine of this server</Box>
        <Box variant="p">
          {Adopted
            ? 'The file system is an adopted directory. Programs use it as they did before.'
            : 'The file system is this directory. Programs read and write there; nothing has to be mounted.'}
        </Box>
        <Copyable text={Directory} name="Directory" />
      </div>
      <div>
        <Box variant="h3">On another machine</Box>
        <Box variant="p">
          Share the directory with what your site has, such as NFS, or keep it on storage that every machine mounts.
          With NFS, as root on the machine of the server and then on the other one:
        </Box>
        <SpaceBetween size="xxs">
          <Copyable text={`exportfs -o rw,no_subtree_check client:${quote(Directory)}`} name="Export command" />
          <Copyable text={`mount -t nfs server:${quote(Directory)} /mnt/fsx`} name="Mount command" />
        </SpaceBetween>
      </div>
      <Box color="text-body-secondary">
        To make a file system of a directory that is mounted already, such as Lustre, create one and choose Adopt a
        directory.
      </Box>
    </SpaceBetween>
  );
};

const MountSteps = ({ fileSystem }: { readonly fileSystem: FileSystem }) => {
  const { DNSName, LustreConfiguration } = fileSystem;
  const mountName = LustreConfiguration?.MountName;
  if (!DNSName || !mountName) {
    return <Box>This file system has no mount name, so it is not one that Lustre clients can mount.</Box>;
  }
  return (
    <SpaceBetween size="m">
      <Box variant="p">
        On a Linux machine with a Lustre client, in a network that reaches the file system, as root:
      </Box>
      <SpaceBetween size="xxs">
        <Copyable text="mkdir -p /mnt/fsx" name="First command" />
        <Copyable
          text={`mount -t lustre -o relatime,flock ${DNSName}@tcp:/${mountName} /mnt/fsx`}
          name="Mount command"
        />
      </SpaceBetween>
      <Box color="text-body-secondary">The security groups of both must allow Lustre: TCP 988 and 1018 to 1023.</Box>
    </SpaceBetween>
  );
};
