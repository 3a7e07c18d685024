import { S3Failure } from '../s3/failure.ts';
import type { FailureRow } from '../store/tasks.ts';
import type { Entry } from './transfer.ts';

/** An entry that a task has to act on, or one that has failed before anybody could. */
export type Found = { readonly key: string } & (
  | {
      readonly entry: Entry;
      /** Keys of which the catalog is to know nothing any more: what it says of them is not in the tree. */
      readonly forget?: readonly string[];
    }
  | { readonly failure: FailureRow }
);

/** Why a task cannot be planned. The task fails with this message. */
export class PlanProblem extends Error {}

/** Why a search for entries ended early, as a sentence; undefined when the error is a fault of ours. */
export const asProblem = (error: unknown): string | undefined => {
  if (error instanceof PlanProblem) return error.message;
  return error instanceof S3Failure ? `The data repository could not be listed: ${error.message}.` : undefined;
};
