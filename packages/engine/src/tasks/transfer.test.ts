import { describe, expect, test, vi } from 'vitest';

import { PosixFailure } from '../posix/failure.ts';
import { S3Failure } from '../s3/failure.ts';
import { EntryFailure, failureOf, persist, writerOf } from './transfer.ts';

describe('the code that an entry fails with', () => {
  test.each([
    ['export', new EntryFailure('FileSizeTooLarge', 'huge'), 'FileSizeTooLarge'],
    ['export', new S3Failure('AccessDenied', 'no'), 'S3AccessDenied'],
    ['import', new S3Failure('NoSuchKey', 'no'), 'S3ObjectNotFound'],
    ['export', new S3Failure('KeyTooLong', 'no'), 'PathSizeTooLong'],
    ['import', new S3Failure('InvalidObjectState', 'no'), 'S3ObjectInUnsupportedTier'],
    ['import', new S3Failure('PreconditionFailed', 'no'), 'ResourceBusy'],
    ['export', new S3Failure('Unreachable', 'no'), 'S3Error'],
    ['export', new PosixFailure('NotFound', 'a'), 'ResourceBusy'],
    ['export', new PosixFailure('Symlink', 'a'), 'ResourceBusy'],
    ['import', new PosixFailure('NotFound', 'a'), 'InternalError'],
    ['import', new PosixFailure('NotADirectory', 'a'), 'S3ObjectTypeMismatch'],
    ['import', new PosixFailure('IsADirectory', 'a'), 'S3ObjectTypeMismatch'],
    ['import', new PosixFailure('Symlink', 'a'), 'S3ObjectTypeMismatch'],
    ['import', new PosixFailure('Special', 'a'), 'S3ObjectTypeMismatch'],
    ['import', new PosixFailure('NameTooLong', 'a'), 'S3ObjectPathNotPosixCompliant'],
    // Codes that only an import may report.
    ['export', new PosixFailure('NotADirectory', 'a'), 'InternalError'],
    ['export', new PosixFailure('NameTooLong', 'a'), 'InternalError'],
    ['export', new Error('a bug'), 'InternalError'],
    ['export', 'not even an error', 'InternalError'],
  ] as const)('on %s, of %o, is %s', (direction, error, code) => {
    expect(failureOf(error, direction)).toMatchObject({ kind: 'failed', code });
  });

  test('comes with what happened', () => {
    expect(failureOf(new EntryFailure('ResourceBusy', 'it changed'), 'export').detail).toBe('it changed');
    expect(failureOf('odd', 'export').detail).toBe('odd');
    expect(failureOf(new PosixFailure('NotFound', 'gone'), 'export').detail).toContain('changed while it was exported');
    expect(new EntryFailure('ResourceBusy', 'x').name).toBe('EntryFailure');
  });
});

describe('an entry that may succeed later', () => {
  test.each(['EIO', 'ESTALE', 'EAGAIN', 'EBUSY', 'EINTR'])('is tried again after %s', async (errno) => {
    const work = vi
      .fn()
      .mockRejectedValueOnce(new PosixFailure('Other', 'a', errno))
      .mockResolvedValue({ kind: 'prepared' });
    expect(await persist(new AbortController().signal, work)).toEqual({ kind: 'prepared' });
  });

  test('waits twice as long each time, at most', async () => {
    // Math.random at its highest; the clock tells what was waited.
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const began: number[] = [];
    const work = async () => {
      began.push(performance.now());
      if (began.length < 4) throw new PosixFailure('Other', 'a', 'EIO');
      return { kind: 'prepared' as const };
    };
    await persist(new AbortController().signal, work);
    vi.restoreAllMocks();
    const pauses = began.slice(1).map((at, index) => at - (began[index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(200 * 2 ** index - 5);
  });

  test('is given up with the abort, in the middle of a pause', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1_000_000);
    const stop = new AbortController();
    const work = vi.fn().mockRejectedValue(new PosixFailure('Other', 'a', 'EIO'));
    const going = persist(stop.signal, work);
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(1));
    stop.abort();
    await expect(going).rejects.toThrow(/abort/i);
    vi.restoreAllMocks();
    expect(work).toHaveBeenCalledTimes(1);
  });
});

test('a writer is named by task, batch and attempt, so that no two are one', () => {
  const names = [
    writerOf('t1', 1, 1),
    writerOf('t1', 1, 2),
    writerOf('t1', 2, 1),
    writerOf('t2', 1, 1),
    writerOf('t1', 11, 1),
  ];
  expect(new Set(names).size).toBe(names.length);
});
