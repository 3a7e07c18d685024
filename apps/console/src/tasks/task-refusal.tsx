import type { ReactNode } from 'react';

import { hasCode, isTransient } from '../api/errors.ts';
import { paths } from '../paths.ts';
import { Refusal } from '../shell/resource-form.tsx';
import { RouteLink } from '../shell/route-link.tsx';

interface TaskRefusalProps {
  readonly error: Error;
  readonly fileSystemId: string;
  /** ID of the running task that the form equals, where the answer itself names none. */
  readonly copiedId?: string | undefined;
  /** Sends the same request, with the same token. */
  readonly onRetry: () => void;
  /** Sends it with a new token, after a request with the same token but other values. */
  readonly onNewRequest: () => void;
}

/** Why a task was not created, and the way out that each code has. All input is kept, to be changed and sent again. */
export const TaskRefusal = ({ error, fileSystemId, copiedId, onRetry, onNewRequest }: TaskRefusalProps) => (
  <Refusal error={error} onRetry={onRetry} onNewRequest={onNewRequest}>
    {wayOut(error, fileSystemId, copiedId)}
  </Refusal>
);

const taskNamedIn = (error: Error) => /task-[0-9a-f]{17,}/.exec(error.message)?.[0];

const wayOut = (error: Error, fileSystemId: string, copiedId: string | undefined): ReactNode => {
  if (hasCode(error, 'DataRepositoryTaskExecuting')) {
    const clash = taskNamedIn(error) ?? copiedId;
    return clash ? (
      <span>
        Running task: <RouteLink href={paths.task(clash)}>{clash}</RouteLink>. Change the paths to create another one.
      </span>
    ) : null;
  }
  if (hasCode(error, 'UnsupportedOperation') && fileSystemId) {
    return <RouteLink href={paths.fileSystem(fileSystemId)}>Open the file system</RouteLink>;
  }
  if (isTransient(error)) return <span>Retry sends the same request again: it makes one task, not two.</span>;
  return null;
};
