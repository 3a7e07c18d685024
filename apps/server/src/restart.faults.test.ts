import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FSx } from '@aws-sdk/client-fsx';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';

import { ask, CLIENT, startTestServer, temporaryFolder, type TestServer } from './testing.ts';
import { exportOf, objectsBelow } from './tree.testing.ts';

const BUCKET = 'restart-test';
const FILES = 1500;
/** Let through before the store stands still, so that the kill comes in the middle. */
const PUTS_BEFORE = 500;

const clientsOf = (server: TestServer) => {
  const fsx = new FSx({ ...CLIENT, endpoint: server.url });
  const s3 = new S3Client({ ...CLIENT, endpoint: server.s3Endpoint, forcePathStyle: true });
  const close = () => {
    fsx.destroy();
    s3.destroy();
  };
  return { fsx, s3, [Symbol.dispose]: close };
};

const prepare = async (server: TestServer) => {
  using clients = clientsOf(server);
  const { fsx, s3 } = clients;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
  });
  const FileSystemId = FileSystem?.FileSystemId ?? '';
  await fsx.createDataRepositoryAssociation({
    FileSystemId,
    FileSystemPath: '/',
    DataRepositoryPath: `s3://${BUCKET}/export/`,
  });
  const root = server.directoryOf(FileSystemId);
  for (let directory = 0; directory < 10; directory++) {
    mkdirSync(join(root, String(directory)));
    for (let file = 0; file < FILES / 10; file++) writeFileSync(join(root, `${directory}/${file}`), `${file}`);
  }
  return { FileSystemId, root };
};

/** From now on the sandbox holds every PutObject after so many. */
const holdPuts = async (server: TestServer, skip: number) => {
  const answer = await ask(`${server.s3Endpoint}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'start' }, skip }),
  });
  expect(answer.status).toBe(201);
};

/**
 * Both signals meet a store that does not answer. After SIGKILL nothing was handed back; after SIGTERM the workers wait
 * for their requests in flight until their time is up.
 */
test.each([
  ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ['SIGTERM', { code: 0, signal: null }],
] as const)(
  '%s in the middle of an export: the next server ends it, with the right counts',
  { timeout: 180_000 },
  async (signal, ending) => {
    using folder = temporaryFolder();
    const first = await startTestServer({}, folder.path);
    const { FileSystemId, root } = await prepare(first);
    await holdPuts(first, PUTS_BEFORE);
    let TaskId = '';
    {
      using clients = clientsOf(first);
      const { DataRepositoryTask } = await clients.fsx.createDataRepositoryTask({
        Type: 'EXPORT_TO_REPOSITORY',
        FileSystemId,
        Report: { Enabled: false },
      });
      TaskId = DataRepositoryTask?.TaskId ?? '';
    }
    const held = await ask(`${first.s3Endpoint}/_sandbox/requests?operation=PutObject&state=held&wait=1`);
    expect(held.status).toBe(200);
    expect(await first.process.end(signal)).toEqual(ending);

    await using second = await startTestServer({}, folder.path);
    using clients = clientsOf(second);
    const task = await vi.waitFor(
      async () => {
        const { DataRepositoryTasks } = await clients.fsx.describeDataRepositoryTasks({ TaskIds: [TaskId] });
        const [described] = DataRepositoryTasks ?? [];
        expect(described?.Lifecycle).toMatch(/SUCCEEDED|FAILED/);
        return described;
      },
      { timeout: 60_000 },
    );
    const entries = exportOf(root);
    const count = FILES + 10;
    expect(Object.keys(entries)).toHaveLength(count);
    expect(task).toMatchObject({
      Lifecycle: 'SUCCEEDED',
      Status: { TotalCount: count, SucceededCount: count, FailedCount: 0 },
    });
    expect(await objectsBelow(clients.s3, BUCKET, 'export/')).toEqual(entries);
  },
);
