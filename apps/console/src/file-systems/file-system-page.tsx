import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import type { FileSystem } from '@drt/contract/file-systems';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useParams, useSearchParams } from 'react-router';

import { useHasEngine } from '../api/engine.ts';
import { AssociationPane } from '../associations/association-list.tsx';
import { FILE_SYSTEM_TABS, type FileSystemTab, paths } from '../paths.ts';
import { Copyable } from '../shell/copyable.tsx';
import { useFollow } from '../shell/leave-guard.tsx';
import { ResourcePage, SOME_TIME, someArn, withCopy } from '../shell/resource-page.tsx';
import { formatTimeWithZone } from '../shell/time.ts';
import { visibleText } from '../shell/visible-text.ts';
import { TagsContainer } from '../tags/tags-container.tsx';
import { TaskPane } from '../tasks/task-pane.tsx';
import { deploymentWords, storageWords, typeWord } from './columns.tsx';
import { FileSystemActions } from './file-system-actions.tsx';
import { FileSystemStatus } from './file-system-status.tsx';
import { directoryQuery, fileSystemName, fileSystemQuery } from './queries.ts';

const FileSystemMonitoring = lazy(async () => ({
  default: (await import('./file-system-monitoring.tsx')).FileSystemMonitoring,
}));

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
      actions={fileSystem ? <FileSystemActions fileSystem={fileSystem} /> : null}
      facts={{
        'File system ID': fileSystemId,
        'File system name': '-',
        Status: '-',
        'Creation time': SOME_TIME,
        'File system type': '-',
        'Deployment type': '-',
        'Storage type': '-',
        'Storage capacity': '-',
        'Throughput per TiB of storage': '-',
        'Lustre version': '-',
        Directory: withCopy(`/srv/data/file-systems/${fileSystemId}`),
        ARN: someArn(`file-system/${fileSystemId}`),
      }}
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
            id: 'monitoring',
            label: 'Monitoring',
            href: paths.fileSystem(fileSystemId, 'monitoring'),
            content: (
              <Suspense fallback={<StatusIndicator type="loading">Loading monitoring</StatusIndicator>}>
                <FileSystemMonitoring fileSystemId={fileSystemId} />
              </Suspense>
            ),
          },
          {
            id: 'tags',
            label: 'Tags',
            href: paths.fileSystem(fileSystemId, 'tags'),
            content: fileSystem ? (
              <TagsContainer tags={fileSystem.Tags ?? []} resourceArn={fileSystem.ResourceARN} />
            ) : null,
          },
        ]}
      />
    </ResourcePage>
  );
};

const Summary = ({ fileSystem }: { readonly fileSystem: FileSystem }) => {
  const { FileSystemId, StorageCapacity, LustreConfiguration: lustre, CreationTime, ResourceARN } = fileSystem;
  const throughput = lustre?.PerUnitStorageThroughput;
  return (
    <Container header={<Header variant="h2">Summary</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'File system ID', value: <Copyable text={FileSystemId} name="File system ID" /> },
          { label: 'File system name', value: visibleText(fileSystemName(fileSystem) ?? '-') },
          { label: 'Status', value: <FileSystemStatus lifecycle={fileSystem.Lifecycle} /> },
          { label: 'Creation time', value: CreationTime ? formatTimeWithZone(CreationTime) : '-' },
          { label: 'File system type', value: typeWord(fileSystem) },
          { label: 'Deployment type', value: deploymentWords(lustre?.DeploymentType) },
          { label: 'Storage type', value: storageWords(fileSystem) },
          {
            label: 'Storage capacity',
            value: StorageCapacity === undefined ? '-' : `${StorageCapacity.toLocaleString('en')} GiB`,
          },
          { label: 'Throughput per TiB of storage', value: throughput === undefined ? '-' : `${throughput} MB/s` },
          { label: 'Lustre version', value: fileSystem.FileSystemTypeVersion ?? '-' },
          ...useWhereItems(fileSystem),
          { label: 'ARN', value: <Copyable text={ResourceARN} name="ARN" /> },
        ]}
      />
    </Container>
  );
};

/** Where the files are: the names of a real file system lead nowhere when it is a directory. */
const useWhereItems = ({ FileSystemId = '', DNSName, LustreConfiguration }: FileSystem) => {
  const hasEngine = useHasEngine();
  const { data, isPending } = useQuery({ ...directoryQuery(FileSystemId), enabled: hasEngine === true });
  if (hasEngine === false) {
    return [
      { label: 'DNS name', value: <Copyable text={DNSName} name="DNS name" /> },
      { label: 'Mount name', value: <Copyable text={LustreConfiguration?.MountName} name="Mount name" /> },
    ];
  }
  const directory = isPending ? (
    <StatusIndicator type="loading">Loading</StatusIndicator>
  ) : (
    <Copyable text={data?.Directory} name="Directory" />
  );
  return [{ label: data?.Adopted ? 'Directory, adopted' : 'Directory', value: directory }];
};
