import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';

import { FSx } from '@aws-sdk/client-fsx';
import type { Operation, RequestRecord } from '@drt/s3-sandbox';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { violationsOf } from './crash-loop/invariants.ts';
import { hasEnded, historyViolations, lifecycleViolations } from './crash-loop/lifecycle-rules.ts';
import { reportViolations } from './crash-loop/report-rules.ts';
import { now, type Run, Scene } from './crash-loop/scene.ts';
import { CLIENT } from './testing.ts';

/** A server that is killed while the store holds one certain request: the instants that chance hits too rarely. */

const LIMITS = { resume: 30_000, width: 48 };
const TIMEOUT = 180_000;

/** More than one page of a listing. */
const FILES = 1100;

let scene: Scene;

beforeAll(async () => {
  scene = await Scene.open({ seed: 1, files: FILES, big: 1 });
}, TIMEOUT);

afterAll(() => scene[Symbol.asyncDispose](), TIMEOUT);

/** From now on the store holds the requests of one kind after so many, before their work or after it. */
const hold = (operation: Operation, at: 'start' | 'answer', skip: number, key = '*') => {
  const { sandbox } = scene;
  const fault = sandbox.addFault({ match: { operation, key }, action: { type: 'gate', at }, skip });
  const isHeld = (record: RequestRecord) => record.operation === operation && record.state === 'held';
  return { held: sandbox.waitForRequest(isHeld, { signal: AbortSignal.timeout(60_000) }), fault };
};

/** Begins a task, kills the server when such a request is held, and sees the task end as if nothing had been. */
const expectWhole = async (type: Run['type'], operation: Operation, at: 'start' | 'answer', skip: number) => {
  const { held, fault } = hold(operation, at, skip);
  const run = await scene.begin(type, type === 'export' ? ['d0', 'big0'] : []);
  await held;
  scene.victim.kill('server');
  run.kills.push(now());
  fault.remove();
  scene.peek(run);
  await scene.victim.restart(true);
  const facts = await scene.end(run);
  expect(violationsOf(facts, LIMITS)).toEqual([]);
  expect(facts.sights.at(-1)?.task.Lifecycle).toBe('SUCCEEDED');
};

test(
  'everything is exported',
  async () => {
    const facts = await scene.end(await scene.begin('export'));
    expect(violationsOf(facts, LIMITS)).toEqual([]);
  },
  TIMEOUT,
);

test.each<readonly [string, Operation, 'start' | 'answer', number]>([
  ['the first put is held', 'PutObject', 'start', 0],
  ['the answer to the first put is held', 'PutObject', 'answer', 0],
  ['a put in the middle is held', 'PutObject', 'start', 50],
  ['the answer to a put in the middle is held', 'PutObject', 'answer', 50],
  ['the beginning of a multipart upload is held', 'CreateMultipartUpload', 'answer', 0],
  ['a part is held', 'UploadPart', 'start', 1],
  ['the answer to a part is held', 'UploadPart', 'answer', 1],
  ['the end of a multipart upload is held', 'CompleteMultipartUpload', 'start', 0],
  ['the answer to the end of a multipart upload is held', 'CompleteMultipartUpload', 'answer', 0],
])(
  'an export is whole after a kill while %s',
  async (_when, operation, at, skip) => {
    scene.source.change(1);
    await expectWhole('export', operation, at, skip);
  },
  TIMEOUT,
);

test.each([
  ['', false],
  [' and a kill', true],
])(
  'after a cancel%s no further file is begun',
  async (_what, isKilled) => {
    scene.source.change(1);
    const { held, fault } = hold('PutObject', 'start', 50);
    const run = await scene.begin('export');
    await held;
    await scene.cancel(run);
    if (isKilled) {
      scene.victim.kill('workers');
      run.kills.push(now());
    }
    fault.remove();
    const facts = await scene.end(run);
    expect(violationsOf(facts, LIMITS)).toEqual([]);
    expect(facts.sights.at(-1)?.task.Lifecycle).toBe('CANCELED');
  },
  TIMEOUT,
);

test.each<readonly [string, Operation, 'start' | 'answer', number]>([
  ['the first page of the listing is held', 'ListObjectsV2', 'answer', 0],
  ['the second page of the listing is held', 'ListObjectsV2', 'start', 1],
  ['the first object is held', 'GetObject', 'start', 0],
  ['the answer to an object in the middle is held', 'GetObject', 'answer', 600],
  ['the attributes of a directory are held', 'HeadObject', 'answer', 0],
])(
  'an import is whole after a kill while %s',
  async (_when, operation, at, skip) => {
    scene.wipe();
    await expectWhole('import', operation, at, skip);
  },
  TIMEOUT,
);

test.each(['start', 'answer'] as const)(
  'a report is whole after a kill at the %s of its put',
  async (at) => {
    const { victim, bucket } = scene;
    // Keys of more than 1,024 bytes are refused.
    const prefix = `${at.padEnd(200, 'p')}/`.repeat(4);
    const { id, root } = await scene.fileSystem(prefix);
    for (const name of ['short', 'long, and "quoted" '.padEnd(254, 'x'), '=long'.padEnd(254, 'y')]) {
      writeFileSync(join(root, name), name);
    }
    const { held, fault } = hold('PutObject', at, 0, '*/failures.csv');
    const created = await victim.call((fsx) =>
      fsx.createDataRepositoryTask({
        Type: 'EXPORT_TO_REPOSITORY',
        FileSystemId: id,
        Report: {
          Enabled: true,
          Path: `s3://${bucket.name}/${prefix}reports`,
          Format: 'REPORT_CSV_20191124',
          Scope: 'FAILED_FILES_ONLY',
        },
      }),
    );
    const taskId = created.DataRepositoryTask?.TaskId ?? '';
    scene.created.push({ token: taskId, taskId });
    await held;
    victim.kill('server');
    fault.remove();
    await victim.restart(true);
    const ended = () => victim.last(taskId);
    await victim.until(() => ended()?.Lifecycle === 'FAILED', AbortSignal.timeout(60_000));
    const task = ended();
    expect(task?.Status).toMatchObject({ TotalCount: 3, SucceededCount: 1, FailedCount: 2 });
    expect(lifecycleViolations(victim.sights.get(taskId) ?? [])).toEqual([]);
    expect(task && reportViolations(await bucket.report(taskId), task)).toEqual([]);
  },
  TIMEOUT,
);

/** A way to the server on which its answers are lost. */
const deaf = async (url: string) => {
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    client.pipe(upstream);
    upstream.once('data', () => resolve());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { answered, url: `http://127.0.0.1:${port}` };
};

test(
  'a create whose answer was lost in a crash makes one task, however often it is repeated',
  async () => {
    const { victim } = scene;
    const proxy = await deaf(victim.url);
    const token = randomUUID();
    const request = {
      Type: 'EXPORT_TO_REPOSITORY',
      FileSystemId: scene.sourceId,
      Report: { Enabled: false },
      ClientRequestToken: token,
    } as const;
    const lost = new FSx({ ...CLIENT, endpoint: proxy.url, maxAttempts: 1 });
    onTestFinished(() => lost.destroy());
    const first = lost.createDataRepositoryTask(request).then(
      () => 'answered',
      () => 'lost',
    );
    await proxy.answered;
    victim.kill('server');
    await victim.restart(true);
    expect(await first).toBe('lost');

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => victim.call((fsx) => fsx.createDataRepositoryTask(request))),
    );
    for (const { DataRepositoryTask } of answers) {
      scene.created.push({ token, taskId: DataRepositoryTask?.TaskId ?? '' });
    }
    const other = victim.call((fsx) => fsx.createDataRepositoryTask({ ...request, Paths: ['d0'] }));
    await expect(other).rejects.toMatchObject({ name: 'IncompatibleParameterError' });
    const ids = new Set(answers.map(({ DataRepositoryTask }) => DataRepositoryTask?.TaskId ?? ''));
    expect(ids.size).toBe(1);
    const [taskId = ''] = ids;
    const isOver = () => {
      const task = victim.last(taskId);
      return task !== undefined && hasEnded(task);
    };
    await victim.until(isOver, AbortSignal.timeout(60_000));
    expect(historyViolations(await scene.history())).toEqual([]);
  },
  TIMEOUT,
);
