import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { contextQuery } from '../api/fsx.ts';
import type { CliTarget } from './cli-command.ts';

interface CliCommandModalProps {
  /** What the command does, to the end of "AWS CLI command to ...". */
  readonly does: string;
  readonly commandFor: (target: CliTarget) => string;
  /** What the command cannot do; absent if there is nothing. */
  readonly caveat?: string | undefined;
  readonly onClose: () => void;
}

/** A command of the AWS CLI, to be copied into a POSIX shell. */
export const CliCommandModal = ({ does, commandFor, caveat, onClose }: CliCommandModalProps) => {
  const { data: context } = useQuery(contextQuery);
  const isOurs = context?.target === 'engine';
  const command = context && commandFor({ region: context.region, endpoint: isOurs ? location.origin : undefined });
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
            <CopyToClipboard
              textToCopy={command ?? ''}
              copyButtonText="Copy"
              copyButtonAriaLabel="Copy command"
              copySuccessText="Command copied"
              copyErrorText="Command could not be copied"
              popoverRenderWithPortal
            />
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
        <Box variant="code">
          <pre style={{ margin: 0, fontFamily: 'monospace', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {command ?? 'Loading'}
          </pre>
        </Box>
        <Box variant="small" color="text-body-secondary">
          For a POSIX shell such as bash, with AWS CLI version 2.
        </Box>
      </SpaceBetween>
    </Modal>
  );
};
