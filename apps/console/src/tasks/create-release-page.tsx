import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useSearchParams } from 'react-router';

import { CREATE_TITLES, paths, readCreateTaskFrom } from '../paths.ts';
import { useCameFrom } from '../shell/leave-guard.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { RouteLink } from '../shell/route-link.tsx';

/** Holds the place of the form until the engine can release files. */
export const CreateReleasePage = () => {
  const [query] = useSearchParams();
  const { fileSystemId } = readCreateTaskFrom(query);
  const back = useCameFrom(fileSystemId ? paths.fileSystem(fileSystemId) : paths.tasks());
  return (
    <SpaceBetween size="l">
      <PageHeader title={CREATE_TITLES.release} />
      <Alert type="info" statusIconAriaLabel="Info" header="Release tasks are not available yet">
        Export and import tasks are. <RouteLink href={back}>Go back</RouteLink>
      </Alert>
    </SpaceBetween>
  );
};
