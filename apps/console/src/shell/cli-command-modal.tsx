import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { CommandText, CopyCommand, useCliCommands } from './cli-command-text.tsx';
import type { CliCall } from './cli-command.ts';

interface CliCommandModalProps {
  /** What the commands do, to the end of "AWS CLI command to". */
  readonly does: string;
  readonly calls: readonly CliCall[];
  /** What the commands cannot do; absent if there is nothing. */
  readonly caveat?: string | undefined;
  readonly onClose: () => void;
}

/** Commands of the AWS CLI, to be copied into a POSIX shell. */
export const CliCommandModal = ({ does, calls, caveat, onClose }: CliCommandModalProps) => {
  const command = useCliCommands(calls);
  return (
    <Modal
      visible
      size="large"
      header={`AWS CLI command to ${does}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Close
            </Button>
            <CopyCommand command={command} />
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {caveat ? (
          <Alert type="info" statusIconAriaLabel="Info">
            {caveat}
          </Alert>
        ) : null}
        <CommandText command={command} />
      </SpaceBetween>
    </Modal>
  );
};
