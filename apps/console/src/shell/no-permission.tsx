import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { hasCode } from '../api/errors.ts';
import { ApiFailure, contextQuery } from '../api/fsx.ts';
import { Copyable } from './copyable.tsx';
import { FailureAlert } from './failure.tsx';
import { PageHeader } from './page-header.tsx';

interface NoPermissionProps {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** A whole page for what FSx does not let the server see: what is missing, and where. */
export const NoPermission = ({ title, error, onRetry }: NoPermissionProps) => {
  const { data: where } = useQuery(contextQuery);
  const permission = error instanceof ApiFailure ? error.permission : undefined;
  return (
    <SpaceBetween size="l">
      <PageHeader title={title} />
      <FailureAlert error={error} onRetry={onRetry} />
      <Container header={<Header variant="h2">What is missing</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            ...(permission
              ? [{ label: 'Permission', value: <Copyable text={permission} name="Permission" /> }]
              : [{ label: 'Credentials', value: hasCode(error, 'NoCredentials') ? 'Not found' : 'Not accepted' }]),
            { label: 'Region', value: where?.region ?? '-' },
            { label: 'Asked', value: where?.target === 'engine' ? 'FSx endpoint of this server' : 'Amazon FSx' },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
};
