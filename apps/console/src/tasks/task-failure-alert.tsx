import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { paths } from '../paths.ts';
import { NameText } from '../shell/name-text.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { failureAdvice } from './failure-advice.ts';

/** Why a task failed, in FSx's own words, and the next step. */
export const TaskFailureAlert = ({ task }: { readonly task: DataRepositoryTask }) => {
  const message = task.Lifecycle === 'FAILED' ? task.FailureDetails?.Message : undefined;
  if (!message) return null;
  const { next, atFileSystem = false } = failureAdvice(task);
  return (
    <Alert type="error" header="Failure details" statusIconAriaLabel="Error">
      <div>
        <NameText text={message} />
      </div>
      <Box padding={{ top: 'xs' }}>
        {`What to do: ${next} `}
        {atFileSystem && task.FileSystemId ? (
          <RouteLink href={paths.fileSystem(task.FileSystemId)}>Open the file system</RouteLink>
        ) : null}
      </Box>
    </Alert>
  );
};
