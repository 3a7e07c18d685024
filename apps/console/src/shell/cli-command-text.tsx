import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { contextQuery } from '../api/fsx.ts';
import { type CliCall, cliCommand } from './cli-command.ts';

/** The commands of some requests, for where this console looks; undefined until that is known. */
export const useCliCommands = (calls: readonly CliCall[]): string | undefined => {
  const { data: where } = useQuery(contextQuery);
  if (!where) return undefined;
  const target = {
    region: where.region,
    endpoint: where.target === 'engine' ? location.origin : undefined,
    s3Endpoint: where.s3Endpoint,
  };
  return calls.map((call) => cliCommand(call, target)).join('\n');
};

interface CommandProps {
  readonly command: string | undefined;
}

export const CommandText = ({ command }: CommandProps) => (
  <SpaceBetween size="m">
    <Box variant="code">
      <pre style={{ margin: 0, fontFamily: 'monospace', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {command ?? 'Loading'}
      </pre>
    </Box>
    <Box variant="small" color="text-body-secondary">
      For a POSIX shell such as bash, with AWS CLI version 2.
    </Box>
  </SpaceBetween>
);

export const CopyCommand = ({ command }: CommandProps) => (
  <CopyToClipboard
    textToCopy={command ?? ''}
    copyButtonText="Copy"
    copyButtonAriaLabel="Copy command"
    copySuccessText="Command copied"
    copyErrorText="Command could not be copied"
    popoverRenderWithPortal
  />
);

/** The commands inside a modal, which must not open another one. */
export const CliCommandSection = ({ calls }: { readonly calls: readonly CliCall[] }) => {
  const command = useCliCommands(calls);
  return (
    <ExpandableSection headerText="Show CLI command">
      <SpaceBetween size="xs">
        <CommandText command={command} />
        <CopyCommand command={command} />
      </SpaceBetween>
    </ExpandableSection>
  );
};
