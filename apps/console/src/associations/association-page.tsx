import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { paths } from '../paths.ts';
import { Copyable } from '../shell/copyable.tsx';
import { ResourcePage, SOME_TIME, someArn } from '../shell/resource-page.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTimeWithZone } from '../shell/time.ts';
import { TagsContainer } from '../tags/tags-container.tsx';
import { TaskPane } from '../tasks/task-pane.tsx';
import { AssociationActions } from './association-list.tsx';
import { AssociationStatus } from './association-status.tsx';
import { policyWords } from './columns.tsx';
import { associationQuery } from './queries.ts';

/** The Summary page of one data repository association. */
export const AssociationPage = () => {
  const { id = '' } = useParams();
  const query = useQuery(associationQuery(id));
  const association = query.data;
  const fileSystemId = association?.FileSystemId;
  return (
    <ResourcePage
      id={id}
      kind="Data repository association"
      notFoundCode="DataRepositoryAssociationNotFound"
      back={{ href: paths.fileSystems(), text: 'Back to file systems' }}
      query={query}
      facts={{
        'Association ID': id,
        Status: '-',
        'File system ID': '-',
        'Creation time': SOME_TIME,
        'File system path': '-',
        'Data repository path': '-',
        'Import settings': '-',
        'Export settings': '-',
        ARN: someArn(`association/fs-0123456789abcdef0/${id}`),
      }}
      actions={
        association && fileSystemId ? (
          <AssociationActions fileSystemId={fileSystemId} selected={[association]} page={id} />
        ) : null
      }
    >
      {association ? <Details association={association} /> : null}
      {fileSystemId ? (
        <TaskPane
          fileSystemId={fileSystemId}
          associationId={id}
          emptyHint="No task has touched this association yet."
        />
      ) : null}
      {association ? <TagsContainer tags={association.Tags ?? []} resourceArn={association.ResourceARN} /> : null}
    </ResourcePage>
  );
};

const Details = ({ association }: { readonly association: DataRepositoryAssociation }) => {
  const { FileSystemId, FileSystemPath, DataRepositoryPath, S3, CreationTime, ResourceARN, FailureDetails } =
    association;
  return (
    <SpaceBetween size="l">
      {FailureDetails?.Message ? (
        <Alert type="error" header="Failure details" statusIconAriaLabel="Error">
          {FailureDetails.Message}
        </Alert>
      ) : null}
      <Container header={<Header variant="h2">Summary</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Association ID', value: <Copyable text={association.AssociationId} name="Association ID" /> },
            { label: 'Status', value: <AssociationStatus association={association} /> },
            {
              label: 'File system ID',
              value: FileSystemId ? <RouteLink href={paths.fileSystem(FileSystemId)}>{FileSystemId}</RouteLink> : '-',
            },
            { label: 'Creation time', value: CreationTime ? formatTimeWithZone(CreationTime) : '-' },
            { label: 'File system path', value: <Copyable text={FileSystemPath} name="File system path" /> },
            {
              label: 'Data repository path',
              value: <Copyable text={DataRepositoryPath} name="Data repository path" />,
            },
            { label: 'Import settings', value: policyWords(S3?.AutoImportPolicy) },
            { label: 'Export settings', value: policyWords(S3?.AutoExportPolicy) },
            { label: 'ARN', value: <Copyable text={ResourceARN} name="ARN" /> },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
};
