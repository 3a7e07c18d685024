import { setTimeout as delay } from 'node:timers/promises';

import type { FailureCode } from '@drt/contract/report';

import type { CatalogRow } from '../catalog/catalog.ts';
import { PosixFailure } from '../posix/failure.ts';
import type { Tree } from '../posix/tree.ts';
import { S3Failure } from '../s3/failure.ts';
import type { S3 } from '../s3/s3.ts';
import type { AssociationRow } from '../store/associations.ts';

/**
 * One entry of a batch, as it is stored: the key relative to the association (a directory's ends with '/'), the bytes
 * its content had when the task was planned, and the ETag of its object: for an export the one the catalog knows, if
 * any. An import adds what else the listing said of the object; modified in seconds.
 */
export type Entry = readonly [key: string, size: number, etag?: string, modified?: number, storageClass?: string];

/** What became of an entry. `prepared`: nothing to count yet, a later stage does. */
export type Outcome =
  | { readonly kind: 'done'; readonly row: CatalogRow; readonly bytes: number }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly detail: string }
  | { readonly kind: 'prepared' };

/** Where a batch's entries come from and go to. */
export interface Sides {
  readonly tree: Tree;
  readonly s3: S3;
  readonly association: AssociationRow;
  /** Aborts transfers in flight; what it cut short is handed back, not failed. */
  readonly signal: AbortSignal;
  /** Throws `LeaseLost` when the batch may be another worker's by now. To be called before anything is written. */
  readonly mayBegin: () => void;
  /** To be called whenever bytes have moved. */
  readonly moved: () => void;
  /** Who writes: the attempt at this batch, named so that the next attempt can tell what this one left behind. */
  readonly writer: string;
}

/** The batch may be another worker's by now: nothing may be written any more, and nothing is to be reported. */
export class LeaseLost extends Error {}

/** How often an entry is tried again when nothing is wrong with it or its file system may come back; ms between. */
const TRIES = 5;
const FIRST_PAUSE_MS = 100;

const PASSING = new Set(['EIO', 'ESTALE', 'EAGAIN', 'EBUSY', 'EINTR']);

const mayPass = (error: unknown) =>
  error instanceof PosixFailure && (error.kind === 'Exhausted' || PASSING.has(error.errno ?? ''));

/** Works an entry, again after a while when what stopped it may have passed. */
export async function persist(signal: AbortSignal, work: () => Promise<Outcome>): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !mayPass(error)) throw error;
      // Full jitter, or all that ran out of something together would again.
      await delay(Math.random() * FIRST_PAUSE_MS * 2 ** tries, undefined, { signal });
    }
  }
}

/** The name under which an attempt at a batch writes files. */
export const writerOf = (taskId: string, number: number, attempt: number) => `${taskId}/${number}/${attempt}`;

/** A rule that an entry broke, with the code it goes into the report with. */
export class EntryFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.name = 'EntryFailure';
    this.code = code;
  }
}

const S3_CODES: Partial<Record<S3Failure['kind'], FailureCode>> = {
  AccessDenied: 'S3AccessDenied',
  NoSuchKey: 'S3ObjectNotFound',
  KeyTooLong: 'PathSizeTooLong',
  InvalidObjectState: 'S3ObjectInUnsupportedTier',
  // The object was replaced between listing and reading.
  PreconditionFailed: 'ResourceBusy',
};

const POSIX_CODES: Partial<Record<PosixFailure['kind'], FailureCode>> = {
  NotADirectory: 'S3ObjectTypeMismatch',
  IsADirectory: 'S3ObjectTypeMismatch',
  Symlink: 'S3ObjectTypeMismatch',
  Special: 'S3ObjectTypeMismatch',
  NameTooLong: 'S3ObjectPathNotPosixCompliant',
};

const ONLY_ON_IMPORT = new Set<FailureCode>(['S3ObjectTypeMismatch', 'S3ObjectPathNotPosixCompliant']);

/** Why an entry failed, as the report says it. Anything unforeseen is InternalError: one entry never stops a task. */
export function failureOf(error: unknown, direction: 'export' | 'import'): Outcome & { kind: 'failed' } {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof EntryFailure) return { kind: 'failed', code: error.code, detail };
  if (error instanceof S3Failure) return { kind: 'failed', code: S3_CODES[error.kind] ?? 'S3Error', detail };
  if (error instanceof PosixFailure) {
    if (direction === 'export' && (error.kind === 'NotFound' || error.kind === 'Symlink')) {
      // It was there when the task was planned.
      return { kind: 'failed', code: 'ResourceBusy', detail: `changed while it was exported: ${detail}` };
    }
    const code = POSIX_CODES[error.kind];
    if (code && (direction === 'import' || !ONLY_ON_IMPORT.has(code))) return { kind: 'failed', code, detail };
  }
  return { kind: 'failed', code: 'InternalError', detail };
}
