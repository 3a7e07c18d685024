import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import type { FileSystem } from '@drt/contract/file-systems';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';

import { AssociationPane } from '../associations/association-list.tsx';
import { FILE_SYSTEM_TABS, type FileSystemTab, paths } from '../paths.ts';
import { Copyable } from '../shell/copyable.tsx';
import { useFollow } from '../shell/leave-guard.tsx';
import { ResourcePage } from '../shell/resource-page.tsx';
import { formatTimeWithZone } from '../shell/time.ts';
import { TagsContainer } from '../tags/tags-container.tsx';
import { TaskPane } from '../tasks/task-pane.tsx';
import { deploymentWords } from './columns.tsx';
import { DeleteFileSystemButton } from './delete-file-system-button.tsx';
import { FileSystemStatus } from './file-system-status.tsx';
import { fileSystemName, fileSystemQuery } from './queries.ts';

const readTab = (text: string | null): FileSystemTab =>
  FILE_SYSTEM_TABS.find((tab) => tab === text) ?? 'data-repository';

/** One file system: its summary, and the tabs of what belongs to it. */
export const FileSystemPage = () => {
  const { id: fileSystemId = '' } = useParams();
  const [search] = useSearchParams();
  const follow = useFollow();
  const query = useQuery(fileSystemQuery(fileSystemId));
  const fileSystem = query.data;
  return (
    <ResourcePage
      id={fileSystemId}
      kind="File system"
      title={fileSystem && fileSystemName(fileSystem)}
      notFoundCode="FileSystemNotFound"
      back={{ href: paths.fileSystems(), text: 'Back to file systems' }}
      query={query}
      actions={fileSystem ? <DeleteFileSystemButton fileSystem={fileSystem} /> : null}
    >
      {fileSystem?.FailureDetails?.Message ? (
        <Alert type="error" header="Failure details" statusIconAriaLabel="Error">
          {fileSystem.FailureDetails.Message}
        </Alert>
      ) : null}
      {fileSystem ? <Summary fileSystem={fileSystem} /> : null}
      <Tabs
        ariaLabel="Parts of the file system"
        activeTabId={readTab(search.get('tab'))}
        onChange={({ detail }) => follow({ detail: { href: detail.activeTabHref }, preventDefault: () => undefined })}
        tabs={[
          {
            id: 'data-repository',
            label: 'Data repository',
            href: paths.fileSystem(fileSystemId),
            content: (
              <SpaceBetween size="l">
                <AssociationPane fileSystemId={fileSystemId} />
                <TaskPane
                  fileSystemId={fileSystemId}
                  emptyHint="Create a task from the Actions menu of an association."
                />
              </SpaceBetween>
            ),
          },
          {
            id: 'tags',
            label: 'Tags',
            href: paths.fileSystem(fileSystemId, 'tags'),
            content: <TagsContainer tags={fileSystem?.Tags ?? []} resourceArn={fileSystem?.ResourceARN} />,
          },
        ]}
      />
    </ResourcePage>
  );
};

const Summary = ({ fileSystem }: { readonly fileSystem: FileSystem }) => {
  const { FileSystemId, StorageCapacity, StorageType, LustreConfiguration, CreationTime, ResourceARN } = fileSystem;
  return (
    <Container header={<Header variant="h2">Summary</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'File system ID', value: <Copyable text={FileSystemId} name="File system ID" /> },
          { label: 'Status', value: <FileSystemStatus lifecycle={fileSystem.Lifecycle} /> },
          { label: 'Deployment type', value: deploymentWords(LustreConfiguration?.DeploymentType) },
          { label: 'Creation time', value: CreationTime ? formatTimeWithZone(CreationTime) : '-' },
          { label: 'Storage type', value: StorageType ?? '-' },
          {
            label: 'Storage capacity',
            value: StorageCapacity === undefined ? '-' : `${StorageCapacity.toLocaleString('en')} GiB`,
          },
          { label: 'Mount name', value: LustreConfiguration?.MountName ?? '-' },
          { label: 'ARN', value: <Copyable text={ResourceARN} name="ARN" /> },
        ]}
      />
    </Container>
  );
};
