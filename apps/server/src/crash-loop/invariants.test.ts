import type { DataRepositoryTask } from '@aws-sdk/client-fsx';
import type { RequestRecord } from '@drt/s3-sandbox';
import { describe, expect, test } from 'vitest';

import type { Entries, History, TaskFacts } from './facts.ts';
import { violationsOf } from './invariants.ts';
import { historyViolations } from './lifecycle-rules.ts';

/** A checker that never complains is worth nothing: each rule is shown facts that break it, and nothing else. */

const START = 1_700_000_000_000;
const END = START + 10_000;
const LIMITS = { resume: 10_000, width: 2 };
const date = (time: number) => new Date(time);

const task = (changes: Partial<DataRepositoryTask> = {}): DataRepositoryTask => ({
  TaskId: 'task-1',
  Type: 'EXPORT_TO_REPOSITORY',
  Lifecycle: 'SUCCEEDED',
  CreationTime: date(START - 100),
  StartTime: date(START),
  EndTime: date(END),
  Status: { TotalCount: 2, SucceededCount: 2, FailedCount: 0, LastUpdatedTime: date(END) },
  Report: { Enabled: false },
  ...changes,
});

const { EndTime: _, ...running } = task({ Lifecycle: 'EXECUTING' });
const executing = (succeeded: number, total = 2): DataRepositoryTask => ({
  ...running,
  Status: { TotalCount: total, SucceededCount: succeeded, FailedCount: 0, LastUpdatedTime: date(START + succeeded) },
});

const seen = (...tasks: DataRepositoryTask[]) => tasks.map((each, at) => ({ at: START + at * 1000, task: each }));

let sequence = 0;
const request = (
  operation: RequestRecord['operation'],
  key: string,
  at: number,
  changes: Partial<RequestRecord> = {},
) => {
  sequence += 1;
  const common = { sequence, id: String(sequence), method: 'PUT', bucket: 'b', query: {}, state: 'ended' } as const;
  const record = {
    operation,
    key: `tree/${key}`,
    startedAt: START + at,
    endedAt: START + at + 10,
    status: 200,
  } as const;
  return { ...common, ...record, outcome: 'answered', ...changes } satisfies RequestRecord;
};

const version = (sha256: string, mode = '0100644') => ({ sha256, metadata: { 'file-permissions': mode } });
const both: Entries = { a: version('A'), 'd/b': version('B') };
const puts = [request('PutObject', 'a', 100), request('PutObject', 'd/b', 200)];

/** An export of two files, as it should be. */
const good: TaskFacts = {
  taskId: 'task-1',
  type: 'export',
  prefix: 'tree/',
  paths: [],
  sights: seen(executing(0), executing(1), task()),
  toDo: { least: 2, most: 2 },
  isTransient: true,
  canceled: undefined,
  kills: [],
  resumes: [400],
  requests: puts,
  objects: both,
  entries: both,
  versions: new Map(Object.entries(both).map(([key, entry]) => [key, [entry]])),
  peeks: [{ key: 'a', sha256: 'A' }],
  uploads: [],
  temporaries: [],
  report: undefined,
};

const reads = [request('GetObject', 'a', 100), request('GetObject', 'd/b', 200)];
const imported: TaskFacts = { ...good, type: 'import', requests: reads };

const canceledAt = { askedAt: START + 4000, answeredAt: START + 5000 };
const CANCELED = { Lifecycle: 'CANCELED', Status: { TotalCount: 2, SucceededCount: 1, FailedCount: 0 } } as const;
const canceled: TaskFacts = {
  ...good,
  sights: [
    ...seen(executing(1), { ...executing(1), Lifecycle: 'CANCELING' }),
    {
      at: START + 6500,
      task: task({
        ...CANCELED,
        EndTime: date(START + 6000),
        Status: { ...CANCELED.Status, LastUpdatedTime: date(END) },
      }),
    },
  ],
  canceled: canceledAt,
  requests: puts.slice(0, 1),
};

const failed = task({
  Lifecycle: 'FAILED',
  FailureDetails: { Message: 'One failed.' },
  Status: { TotalCount: 2, SucceededCount: 1, FailedCount: 1, LastUpdatedTime: date(END) },
  Report: { Enabled: true },
});
const reported: TaskFacts = {
  ...good,
  isTransient: false,
  requests: puts.slice(0, 1),
  sights: seen(failed),
  report: '"""=x"", y",failed,S3Error\r\n',
};

test.each([
  ['an export', good],
  ['an import', imported],
  ['a canceled export', canceled],
  ['a failed export with its report', reported],
])('%s as it should be breaks nothing', (_name, facts) => {
  expect(violationsOf(facts, LIMITS)).toEqual([]);
});

const counted = (total: number, succeeded: number, count = 0) => ({
  Status: { TotalCount: total, SucceededCount: succeeded, FailedCount: count, LastUpdatedTime: date(END) },
});

const bad: readonly (readonly [string, string, TaskFacts])[] = [
  ['I1 and I3', 'more is counted than there is', { ...good, sights: seen(executing(3), task()) }],
  ['I1 and B3', 'the end leaves something uncounted', { ...good, sights: seen(task(counted(2, 1))) }],
  ['I1', 'it succeeded with a failure', { ...good, sights: seen(task(counted(2, 1, 1))) }],
  ['I1', 'a failure has no reason', { ...reported, sights: seen({ ...failed, FailureDetails: { Message: '' } }) }],
  [
    'I1',
    'a reason is too long',
    { ...reported, sights: seen({ ...failed, FailureDetails: { Message: 'x'.repeat(257) } }) },
  ],
  ['I1', 'a success has a reason', { ...good, sights: seen(task({ FailureDetails: { Message: 'why' } })) }],
  ['I2', 'it starts again', { ...good, sights: seen(executing(0), { ...executing(0), Lifecycle: 'PENDING' }, task()) }],
  [
    'I2',
    'a canceled task goes on',
    {
      ...canceled,
      sights: seen(
        { ...executing(1), Lifecycle: 'CANCELING' },
        executing(1),
        ...canceled.sights.slice(-1).map(({ task: last }) => last),
      ),
    },
  ],
  ['I4 and I2 and B3', 'it ends twice', { ...canceled, sights: [...canceled.sights, { at: END, task: task() }] }],
  ['I3', 'a counter falls', { ...good, sights: seen(executing(2), executing(1), task()) }],
  ['I3', 'the total falls', { ...good, sights: seen(executing(0, 3), executing(0, 2), task()) }],
  ['I4', 'an end is changed', { ...good, sights: seen(task({ EndTime: date(END - 1) }), task()) }],
  ['I5', 'it starts before it is created', { ...good, sights: seen(task({ StartTime: date(START - 200) })) }],
  ['I5', 'it ends without a time', { ...good, sights: seen({ ...running, Lifecycle: 'SUCCEEDED', ...counted(2, 2) }) }],
  ['I5', 'it has an end before its end', { ...good, sights: seen({ ...executing(0), EndTime: date(END) }, task()) }],
  ['I6', 'it counts too many', { ...good, toDo: { least: 1, most: 1 } }],
  ['I6', 'it counts too few', { ...good, toDo: { least: 3, most: 4 } }],
  ['I7', 'it fails over transient faults', { ...reported, isTransient: true }],
  ['I7', 'it is canceled by nobody', { ...canceled, canceled: undefined }],
  ['B1', 'an object is torn', { ...canceled, objects: { ...both, a: version('AB') } }],
  ['B2', 'an object has no file', { ...good, objects: { ...both, ghost: version('A') } }],
  ['B2', 'it writes outside its paths', { ...good, paths: ['d'], toDo: { least: 2, most: 2 } }],
  ['B2', 'an import writes', { ...imported, requests: [...reads, ...puts.slice(0, 1)] }],
  ['B2', 'an import makes a file of nothing', { ...imported, entries: { ...both, ghost: version('A') } }],
  ['B3', 'an object is missing', { ...good, objects: { a: version('A') } }],
  ['B3', 'an object is an old one', { ...good, entries: { ...both, a: version('A2') } }],
  ['B3', 'a file is missing', { ...imported, entries: { a: version('A') } }],
  ['B3', 'more succeeded than was uploaded', { ...good, requests: puts.slice(0, 1) }],
  ['B3', 'more succeeded than was read', { ...imported, requests: reads.slice(0, 1) }],
  ['B3', 'more was uploaded than counted', { ...good, requests: [...puts, request('PutObject', 'c', 300)] }],
  ['B4', 'an object has other metadata', { ...canceled, objects: { ...both, a: version('A', '0100600') } }],
  ['B5', 'a file is uploaded twice', { ...good, requests: [...puts, request('PutObject', 'a', 9000)] }],
  [
    'B5',
    'a file is uploaded twice, long before a kill',
    { ...good, kills: [START + 8000], requests: [...puts, request('PutObject', 'a', 9000)] },
  ],
  [
    'B3 and B6',
    'what has not changed is uploaded',
    { ...good, sights: seen(task(counted(0, 0))), toDo: { least: 0, most: 0 } },
  ],
  [
    'X1',
    'it writes after CANCELED was seen',
    {
      ...canceled,
      sights: canceled.sights.map((sight) => ({ ...sight, at: sight.at - 5000 })),
      requests: [...puts.slice(0, 1), request('UploadPart', 'a', 2500)],
    },
  ],
  [
    'X2',
    'too many are begun after a cancel',
    {
      ...canceled,
      requests: [
        ...puts.slice(0, 1),
        ...['x', 'y', 'z'].map((key) => request('PutObject', key, 5100, { status: 500 })),
      ],
    },
  ],
  ['X2', 'a cancel takes too long', { ...canceled, canceled: { askedAt: START, answeredAt: START + 1 } }],
  ['X3', 'it writes after its end', { ...good, requests: [...puts, request('CreateMultipartUpload', 'a', 11_000)] }],
  ['X3', 'it writes before its start', { ...good, requests: [request('UploadPart', 'a', -50), ...puts] }],
  ['U1', 'a multipart upload is left', { ...good, uploads: ['tree/a'] }],
  ['F2', 'a temporary file is left', { ...good, temporaries: ['d/.drt-1.tmp'] }],
  ['F2', 'half a file is seen', { ...imported, peeks: [{ key: 'a', sha256: 'half' }] }],
  ['A1', 'a restart takes long', { ...good, resumes: [10_001] }],
  ['L2', 'it does not end', { ...good, sights: seen(executing(1)) }],
  ['R1', 'a row has two fields', { ...reported, report: '/a,failed\r\n' }],
  ['R1', 'a quotation mark is not closed', { ...reported, report: '"/a,failed,S3Error\r\n' }],
  ['R2', 'a failure is not in the report', { ...reported, report: '' }],
  ['R2', 'there is no report', { ...reported, report: undefined }],
  [
    'R3',
    'a path is in it twice',
    { ...reported, sights: seen({ ...failed, ...counted(2, 0, 2) }), report: '/a,failed,S3Error\r\n'.repeat(2) },
  ],
  ['R4', 'a code is invented', { ...reported, report: '/a,failed,Sorry\r\n' }],
  ['R5', 'a line is a formula', { ...reported, report: '=a,failed,S3Error\r\n' }],
];

describe('what is broken is found, and by no other rule', () => {
  test.each(bad)('%s: %s', (rule, _what, facts) => {
    const rules = violationsOf(facts, LIMITS).map((sentence) => sentence.slice(0, sentence.indexOf(':')));
    expect([...new Set(rules)].join(' and ')).toBe(rule);
  });
});

test.each([
  [
    'after an answer that was lost',
    { requests: [{ ...puts[0]!, outcome: 'cut' as const }, puts[1]!, request('PutObject', 'a', 300)] },
  ],
  ['after a kill', { kills: [START + 1000], requests: [...puts, request('PutObject', 'a', 3000)] }],
])('a second upload has its reason %s', (_when, changes) => {
  expect(violationsOf({ ...good, ...changes }, LIMITS)).toEqual([]);
});

describe('tasks as a whole', () => {
  const history: History = {
    created: [
      { token: 't', taskId: 'task-1' },
      { token: 't', taskId: 'task-1' },
    ],
    sights: new Map([['task-1', good.sights]]),
    listed: ['task-1'],
  };

  test('as they should be', () => {
    expect(historyViolations(history)).toEqual([]);
  });

  test.each<readonly [string, string, History]>([
    ['I0', 'one is lost', { ...history, listed: [] }],
    ['I0', 'one does not end', { ...history, sights: new Map([['task-1', seen(executing(1))]]) }],
    [
      'D1',
      'one token makes two',
      { ...history, listed: ['task-1', 'task-2'], created: [...history.created, { token: 't', taskId: 'task-2' }] },
    ],
    ['D1', 'one was not asked for', { ...history, listed: ['task-1', 'task-2'] }],
    ['I4', 'an end changes later', { ...history, sights: new Map([['task-1', seen(task(), task(counted(3, 3)))]]) }],
  ])('%s: %s', (rule, _what, facts) => {
    expect(historyViolations(facts).join()).toContain(`${rule}:`);
  });
});
