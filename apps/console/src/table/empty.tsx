import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** What a table shows instead of rows when there are none. */
export const Empty = ({ title, children, action }: EmptyProps) => (
  <Box textAlign="center" color="inherit" margin={{ vertical: 'xs' }}>
    <SpaceBetween size="xs">
      <div>
        <b>{title}</b>
        <Box variant="p" color="inherit">
          {children}
        </Box>
      </div>
      {action}
    </SpaceBetween>
  </Box>
);

/** What a table shows when its filter leaves nothing. */
export const NoMatch = ({ onClear }: { readonly onClear: () => void }) => (
  <Empty title="No matches" action={<Button onClick={onClear}>Clear filter</Button>}>
    We can&apos;t find a match.
  </Empty>
);
