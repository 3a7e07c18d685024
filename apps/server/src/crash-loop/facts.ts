import type { DataRepositoryTask } from '@aws-sdk/client-fsx';
import type { RequestRecord } from '@drt/s3-sandbox';

import type { Exported } from '../tree.testing.ts';

/** What can be known of a server from the outside: its answers, the requests that reach the store, objects and files. */

/** A description of a task that differs from the one before, and when it was received. */
export interface Sight {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly task: DataRepositoryTask;
}

/** An answer 200 to a create. */
export interface Created {
  readonly token: string;
  readonly taskId: string;
}

/** Everything that is known of the tasks of a server, over all its lives. */
export interface History {
  readonly created: readonly Created[];
  /** By task ID, in the order in which they were received. */
  readonly sights: ReadonlyMap<string, readonly Sight[]>;
  /** The tasks that are described now. */
  readonly listed: readonly string[];
}

/** Entries by key without the association's prefix, as FSx would write them to S3. */
export type Entries = Readonly<Record<string, Exported>>;

/** What is known of one task once it has ended, or has failed to. */
export interface TaskFacts {
  readonly taskId: string;
  readonly type: 'export' | 'import';
  /** Of the association in the bucket, with its slash. */
  readonly prefix: string;
  /** Keys of what the task is about; a directory's has no slash. Empty: everything. */
  readonly paths: readonly string[];
  readonly sights: readonly Sight[];
  /** How many entries it has to act on; a range where a crash before it left that open. */
  readonly toDo: { readonly least: number; readonly most: number };
  /** Faults of the store were transient, and every file could be read. */
  readonly isTransient: boolean;
  /** When a cancel was sent for the first time, and when it was answered 200. */
  readonly canceled: { readonly askedAt: number; readonly answeredAt: number } | undefined;
  /** When processes of the server were killed while the task lived. */
  readonly kills: readonly number[];
  /** How long it took after each of these from starting the server again to progress, in milliseconds. */
  readonly resumes: readonly number[];
  /** What the store was asked from before the create until all was quiet after the end, by the server alone. */
  readonly requests: readonly RequestRecord[];
  readonly objects: Entries;
  readonly entries: Entries;
  /** Every version that an entry of this name ever had, of those that objects may be. */
  readonly versions: ReadonlyMap<string, readonly Exported[]>;
  /** Contents seen under final names while the task ran. */
  readonly peeks: readonly { readonly key: string; readonly sha256: string }[];
  /** Keys with a multipart upload that is not finished, and temporary files, when all was quiet. */
  readonly uploads: readonly string[];
  readonly temporaries: readonly string[];
  /** The completion report; undefined when there is none. */
  readonly report: string | undefined;
}

/** What a checker holds a server to. */
export interface Limits {
  /** Longest time from a restart to progress, in milliseconds. */
  readonly resume: number;
  /** Most entries in flight in all workers together. */
  readonly width: number;
}
