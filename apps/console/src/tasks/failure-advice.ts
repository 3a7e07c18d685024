import type { DataRepositoryTask } from '@drt/contract/tasks';

/** What to do about a task that failed. */
export interface FailureAdvice {
  readonly next: string;
  /** The file system's page is where the next step is taken. */
  readonly atFileSystem?: boolean;
}

type Failed = Pick<DataRepositoryTask, 'FailureDetails' | 'Status'>;

/**
 * By what the message says, the more telling first. FSx gives a sentence and no code, so what is not known here gets
 * the general advice; the message itself is always shown before it.
 */
const BY_MESSAGE: readonly (readonly [says: RegExp, advice: FailureAdvice])[] = [
  [
    /\bcomma\b/,
    { next: 'Duplicate the task and put each path into a row of its own; with the AWS CLI, put spaces between them.' },
  ],
  [
    /no linked data repository|not (?:under a|in a) linked/,
    {
      next: 'The data repository association may have been deleted since. Check the associations of the file system, then duplicate the task.',
      atFileSystem: true,
    },
  ],
  [
    /access ?denied|forbidden|permission|not authorized|cannot be used|could not be listed/i,
    {
      next: 'Check that the bucket exists and that its policy, and the key policy of an encrypted bucket, allow the file system to read and write. Then duplicate the task.',
    },
  ],
  [
    /no object at or below|does not exist|must have the form|must not contain/,
    {
      next: 'Check the spelling: upper and lower case differ, and paths of the file system are relative to its mount point. Duplicate the task and correct the path.',
    },
  ],
  [
    /is gone|not mounted|cannot be opened/,
    { next: 'Check that the directory of the file system is there and mounted, then duplicate the task.' },
  ],
];

const UNKNOWN: FailureAdvice = { next: 'Correct what the message names, then duplicate the task.' };

export const failureAdvice = ({ FailureDetails, Status }: Failed): FailureAdvice => {
  const message = FailureDetails?.Message ?? '';
  if ((Status?.FailedCount ?? 0) > 0) {
    return {
      next: 'Each file that failed has its error code, with what to do about it. Remove the cause, then retry the failed files.',
    };
  }
  return BY_MESSAGE.find(([says]) => says.test(message))?.[1] ?? UNKNOWN;
};
