import type { Operation } from '../wire/request.ts';
import type { FaultRule } from './faults.ts';

const WRITES: readonly Operation[] = [
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'DeleteObjects',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
];

const READ: Operation = 'GetObject';

/**
 * Names that misbehave on purpose, so that a failure can be had by typing it: in a console, with the AWS CLI, in a test.
 * The README has the same table for people.
 */
export const SENTINELS: readonly FaultRule[] = [
  {
    match: { bucket: 'deny-writes*', operation: WRITES },
    action: { type: 'error', status: 403, code: 'AccessDenied', message: 'Buckets named deny-writes take no writes.' },
  },
  {
    match: { key: '*.denied' },
    action: { type: 'error', status: 403, code: 'AccessDenied', message: 'Keys that end in .denied are denied.' },
  },
  {
    match: { key: '*.flaky-twice' },
    action: { type: 'error', status: 503, code: 'SlowDown', message: 'Keys that end in .flaky-twice fail twice.' },
    perKey: true,
    count: 2,
  },
  { match: { key: '*.slow' }, action: { type: 'slow', bytesPerSecond: 64 * 1024 } },
  { match: { key: '*.hang' }, action: { type: 'hang', at: 'start' } },
  { match: { key: '*.reset' }, action: { type: 'reset', at: 'start' } },
  {
    match: { key: '*.lost-answer', operation: WRITES },
    action: { type: 'reset', at: 'answer' },
    perKey: true,
    count: 1,
  },
  { match: { key: '*.truncated', operation: READ }, action: { type: 'truncate', afterBytes: 1 } },
  { match: { key: '*.corrupt', operation: READ }, action: { type: 'corrupt' } },
];
