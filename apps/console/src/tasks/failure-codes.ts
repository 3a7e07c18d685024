import { FAILURE_CODES, type FailureCode } from '@drt/contract/report';

/** What an error code of a completion report means, and what to do about it. */
export interface CodeHelp {
  readonly meaning: string;
  readonly remedy: string;
}

const HELP: Record<FailureCode, CodeHelp> = {
  PathSizeTooLong: {
    meaning: 'The object key that the path would get is longer than the 1,024 bytes that Amazon S3 allows.',
    remedy: 'Shorten the names of the file and its directories, then retry.',
  },
  FileSizeTooLarge: {
    meaning: 'The file is larger than 5 TiB, the most that one object of Amazon S3 can hold.',
    remedy: 'Split the file, then retry.',
  },
  S3AccessDenied: {
    meaning: 'Amazon S3 refused to write the object of an export, or to read the object of an import.',
    remedy:
      'Check the bucket policy, the permissions of the file system, and the key policy of an encrypted bucket, then retry.',
  },
  S3Error: {
    meaning: 'Amazon S3 answered with an error that is none of the others, or did not answer.',
    remedy: 'See the detail of the row. Retry; if the error stays, check the state of the bucket and its quotas.',
  },
  S3ObjectPathNotPosixCompliant: {
    meaning:
      'The key of the object cannot be a path of a file system: it has an empty, "." or ".." part, or a part that is too long.',
    remedy: 'Copy the object to a key that can be a path, then import that one.',
  },
  S3FileDeleted: {
    meaning: 'The file or object was there when the task looked for its work, and gone when its turn came.',
    remedy: 'Nothing is left to do if it was meant to be deleted. Otherwise restore it and create a new task.',
  },
  S3ObjectNotFound: {
    meaning: 'The object is not in the bucket.',
    remedy: 'Nothing is left to do if it was meant to be deleted. Otherwise restore it and create a new task.',
  },
  S3ObjectInUnsupportedTier: {
    meaning:
      'The metadata is imported, but the data of the object is in an archive storage class, from which it cannot be read.',
    remedy: 'Restore the object from the archive before its data is needed.',
  },
  S3SymlinkInUnsupportedTier: {
    meaning: 'The object of a symbolic link is in an archive storage class, so the target of the link cannot be read.',
    remedy: 'Restore the object from the archive, then retry.',
  },
  S3ObjectTypeMismatch: {
    meaning: 'A file and a directory have the same name: one in the bucket, the other in the file system.',
    remedy: 'Rename or remove one of the two, then retry.',
  },
  ResourceBusy: {
    meaning: 'The file was changed while it was exported.',
    remedy: 'Retry when no application writes to the file.',
  },
  InternalError: {
    meaning: 'The file system could not read or write the entry.',
    remedy: 'See the detail of the row. Check the entry and its permissions in the file system, then retry.',
  },
};

/** Help for a code; a code that is new to this console gets a general answer. */
export const codeHelp = (code: string): CodeHelp =>
  isFailureCode(code)
    ? HELP[code]
    : { meaning: 'This console does not know the code.', remedy: 'See the detail of the row.' };

export const isFailureCode = (code: string): code is FailureCode =>
  // `includes` of a tuple of literals takes only those literals.
  (FAILURE_CODES as readonly string[]).includes(code);

const GONE: ReadonlySet<string> = new Set<FailureCode>(['S3FileDeleted', 'S3ObjectNotFound']);

/** Whether the code says that the entry no longer exists: a task that names its path would fail altogether. */
export const isGone = (code: string) => GONE.has(code);
