import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { FSx } from '@aws-sdk/client-fsx';
import { openEngine } from '@drt/engine';
import { startSandbox } from '@drt/s3-sandbox';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';

import { engineOptions, readConfig } from './config.ts';
import { missing, readOnlyFile, smallDisk } from './mounts.testing.ts';
import { ask, childrenOf, CLIENT, forkServer, startTestServer, temporaryFolder, type TestServer } from './testing.ts';

/** Each test starts whole servers, which takes long where other tests run too. */
const LONG = { timeout: 120_000 };

/** Sees failures as they are: without the SDK's own retries. */
const fsxOf = (server: TestServer) => {
  const fsx = new FSx({ ...CLIENT, endpoint: server.url, maxAttempts: 1 });
  return { fsx, [Symbol.dispose]: () => fsx.destroy() };
};

const create = async (fsx: FSx) => {
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
  });
  return FileSystem?.FileSystemId ?? '';
};

const fileSystemsOf = async (fsx: FSx) =>
  ((await fsx.describeFileSystems()).FileSystems ?? []).map(({ FileSystemId }) => FileSystemId ?? '');

/** A data directory that was used and left in order. */
const used = async (dataDirectory: string) => {
  const config = readConfig({ DATA_DIR: dataDirectory });
  const log = pino({ level: 'silent' });
  await using engine = await openEngine({ ...engineOptions(config, undefined, {}), log });
  for (let n = 0; n < 20; n++) {
    await engine.call('CreateFileSystem', {
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-00000000'],
    });
  }
};

/** Noise over the second half of a file, behind what is read when it is opened. */
const damage = (path: string) => {
  const size = statSync(path).size;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size / 2, 0xa5), 0, size / 2, size / 2);
  closeSync(file);
};

describe('a database that cannot be used is refused at start, in one sentence', LONG, () => {
  const refusal = async (dataDirectory: string) => {
    const server = forkServer(dataDirectory, { WORKERS: '0' });
    const { code } = await server.ended;
    return { code, output: server.output(), errors: server.errors() };
  };

  test('damaged', async () => {
    using folder = temporaryFolder();
    await used(folder.path);
    const path = join(folder.path, 'drt.sqlite');
    damage(path);
    const before = readFileSync(path);
    const { code, output, errors } = await refusal(folder.path);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^The database \S+\/drt\.sqlite is damaged \(.+\), and was left as it is: .*\.\n$/);
    expect(readFileSync(path)).toEqual(before);
  });

  test('of a later version', async () => {
    using folder = temporaryFolder();
    await used(folder.path);
    const database = new DatabaseSync(join(folder.path, 'drt.sqlite'));
    database.exec("INSERT INTO migrations (name) VALUES ('999-later.sql')");
    database.close();
    const { code, errors } = await refusal(folder.path);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: `The database ${folder.path}/drt.sqlite was written by a later version (999-later.sql): start that version, or restore a backup of this one's.\n`,
    });
  });

  test.skipIf(missing('mount'))(`read-only${missing('mount')}`, async () => {
    using folder = temporaryFolder();
    await used(folder.path);
    using _ = readOnlyFile(join(folder.path, 'drt.sqlite'));
    const { code, errors } = await refusal(folder.path);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: `The database ${folder.path}/drt.sqlite cannot be written: make it and its directory writable, or set DATA_DIR to another directory.\n`,
    });
  });

  test.skipIf(missing('mount'))(`on a disk that is read-only${missing('mount')}`, async () => {
    using disk = smallDisk(16);
    const dataDirectory = join(disk.path, 'data');
    await used(dataDirectory);
    disk.remountReadOnly();
    const { code, errors } = await refusal(dataDirectory);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^DATA_DIR \S+\/data cannot be written \(EROFS: .+\): see to its disk and permissions, or set DATA_DIR to .+\.\n$/,
    );
  });

  test.skipIf(missing('mount'))(`on a disk that is full${missing('mount')}`, async () => {
    using disk = smallDisk(16);
    const dataDirectory = join(disk.path, 'data');
    await used(dataDirectory);
    using _ = disk.fill();
    const { code, errors } = await refusal(dataDirectory);
    expect(code).toBe(1);
    expect(errors).toMatch(/^DATA_DIR \S+\/data cannot be written \(.*full.*\): .+\.\n$/);
  });
});

/** Makes every sync of a process to disk fail, from when it resolves until the process ends. */
const failSyncs = async (pid: number) => {
  const inject = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'];
  const strace = spawn('strace', ['-f', '-p', String(pid), ...inject], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(strace, 'exit');
  let said = '';
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await vi.waitFor(() => expect(said).toContain('attached'), 10_000);
  return {
    async [Symbol.asyncDispose]() {
      strace.kill('SIGTERM');
      await exited;
    },
  };
};

/** How a process ends whose database failed. */
const AT_ONCE = { code: null, signal: 'SIGKILL' };
const LAST_WORDS = 'the database cannot be relied on any more';

describe('a database that fails under a running server', LONG, () => {
  test.skipIf(missing('strace'))(
    `the disk fails a commit: nothing is answered 200, the server ends, and the next one has all that was answered${missing('strace')}`,
    async () => {
      using folder = temporaryFolder();
      const first = await startTestServer({ WORKERS: '0' }, folder.path);
      using clients = fsxOf(first);
      const answered = [await create(clients.fsx), await create(clients.fsx)];
      {
        await using _ = await failSyncs(first.process.pid);
        await expect(create(clients.fsx)).rejects.toBeInstanceOf(Error);
        expect(await first.process.ended).toEqual(AT_ONCE);
      }
      expect(first.process.errors().match(new RegExp(LAST_WORDS, 'g'))).toHaveLength(1);
      expect(first.process.errors()).toContain('disk I/O error');

      await using second = await startTestServer({ WORKERS: '0' }, folder.path);
      using later = fsxOf(second);
      expect(await fileSystemsOf(later.fsx)).toEqual(expect.arrayContaining(answered));
      await create(later.fsx);
    },
  );

  test('damage ends the server at the first call that meets it, and is refused at the next start', async () => {
    using folder = temporaryFolder();
    await used(folder.path);
    const server = await startTestServer({ WORKERS: '0' }, folder.path);
    using clients = fsxOf(server);
    damage(join(folder.path, 'drt.sqlite'));
    await expect(
      (async () => {
        for (;;) await create(clients.fsx);
      })(),
    ).rejects.toBeInstanceOf(Error);
    expect(await server.process.ended).toEqual(AT_ONCE);
    expect(server.process.errors()).toContain(LAST_WORDS);
    const next = forkServer(folder.path, { WORKERS: '0' });
    expect(await next.ended).toMatchObject({ code: 1 });
    expect(next.errors()).toMatch(/^The database \S+ is damaged /);
  });

  test.skipIf(missing('strace'))(
    `the disk fails a worker's commit: another worker takes its place, and the task ends with the right counts${missing('strace')}`,
    async () => {
      await using server = await startTestServer({ WORKERS: '1' });
      using clients = fsxOf(server);
      const { FileSystemId, task } = await prepareExport(server, clients.fsx, 600);
      await vi.waitFor(() => expect(server.process.errors()).toContain('"worker ready"'), 30_000);
      const [worker = 0] = childrenOf(server.process.pid).filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.ts'),
      );
      {
        await using _ = await failSyncs(worker);
        const TaskId = await task();
        await vi.waitFor(() => expect(childrenOf(server.process.pid)).not.toContain(worker), 30_000);
        expect(FileSystemId).not.toBe('');
        expect(await ended(clients.fsx, TaskId)).toMatchObject({
          Lifecycle: 'SUCCEEDED',
          Status: { TotalCount: 600, SucceededCount: 600, FailedCount: 0 },
        });
      }
      expect(server.process.errors()).toContain(LAST_WORDS);
    },
  );
});

/** A file system with so many files, linked to the server's sandbox or another; `task` begins its export. */
const prepareExport = async (server: TestServer, fsx: FSx, files: number) => {
  const FileSystemId = await create(fsx);
  await fsx.createDataRepositoryAssociation({
    FileSystemId,
    FileSystemPath: '/',
    DataRepositoryPath: 's3://fsx-sample/export/',
  });
  const root = server.directoryOf(FileSystemId);
  mkdirSync(root, { recursive: true });
  for (let file = 0; file < files; file++) writeFileSync(join(root, String(file)), `${file}`);
  const task = async (Paths: string[] = [], ClientRequestToken: string = randomUUID()) => {
    const { DataRepositoryTask } = await fsx.createDataRepositoryTask({
      Type: 'EXPORT_TO_REPOSITORY',
      FileSystemId,
      Report: { Enabled: false },
      Paths,
      ClientRequestToken,
    });
    return DataRepositoryTask?.TaskId ?? '';
  };
  return { FileSystemId, task };
};

const describeTask = async (fsx: FSx, TaskId: string) => {
  const { DataRepositoryTasks } = await fsx.describeDataRepositoryTasks({ TaskIds: [TaskId] });
  return DataRepositoryTasks?.[0];
};

const ended = (fsx: FSx, TaskId: string) =>
  vi.waitFor(
    async () => {
      const task = await describeTask(fsx, TaskId);
      expect(task?.Lifecycle).toMatch(/SUCCEEDED|FAILED|CANCELED/);
      return task;
    },
    { timeout: 60_000, interval: 100 },
  );

test.skipIf(missing('mount'))(
  `a full disk: a create fails with nothing half made, running tasks wait, and all goes on when there is space${missing('mount')}`,
  LONG,
  async () => {
    using disk = smallDisk(24);
    using elsewhere = temporaryFolder();
    const sandbox = await startSandbox({ directory: elsewhere.path, buckets: ['fsx-sample'] });
    await using _ = { [Symbol.asyncDispose]: () => sandbox.close() };
    const store = { AWS_ENDPOINT_URL_S3: sandbox.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    await using server = await startTestServer({ WORKERS: '1', ...store }, join(disk.path, 'data'));
    using clients = fsxOf(server);
    const { fsx } = clients;
    // More batches than the worker has places for.
    const { task } = await prepareExport(server, fsx, 1500);
    sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'start' }, skip: 100 });
    const TaskId = await task();
    await sandbox.waitForRequest(({ state }) => state === 'held');

    const token = randomUUID();
    {
      using _full = disk.fill();
      // What is left of the log's last page may take one.
      await expect(
        (async () => {
          for (;;) await create(fsx);
        })(),
      ).rejects.toMatchObject({ name: 'InternalServerError' });
      const before = await fileSystemsOf(fsx);
      await expect(task(['1'], token)).rejects.toMatchObject({ name: 'InternalServerError' });
      await expect(create(fsx)).rejects.toMatchObject({ name: 'InternalServerError' });
      expect(await fileSystemsOf(fsx)).toEqual(before);
      sandbox.clearFaults();
      // The worker meets it too: at a commit, and when it wants another job.
      await vi.waitFor(() => expect(server.process.errors()).toMatch(/"kind":"batch".*is full/), 30_000);
      await vi.waitFor(() => expect(server.process.errors()).toMatch(/"id":"claim".*is full/), 30_000);
      expect((await ask(`${server.url}/healthz`)).status).toBe(200);
      expect(await describeTask(fsx, TaskId)).toMatchObject({ Lifecycle: 'EXECUTING' });
      expect((await fsx.describeDataRepositoryTasks({})).DataRepositoryTasks).toHaveLength(1);
    }
    expect(await ended(fsx, TaskId)).toMatchObject({
      Lifecycle: 'SUCCEEDED',
      Status: { TotalCount: 1500, SucceededCount: 1500, FailedCount: 0 },
    });
    // The request that failed may be sent again as it was.
    expect(await ended(fsx, await task(['1'], token))).toMatchObject({
      Lifecycle: 'SUCCEEDED',
      Status: { TotalCount: 0 },
    });
    // Nobody ended over it.
    expect(server.process.errors()).not.toContain('starting it again');
  },
);

test('locked by another program: reads are answered, a write waits, and then succeeds', LONG, async () => {
  await using server = await startTestServer({ WORKERS: '0' });
  using clients = fsxOf(server);
  const other = new DatabaseSync(join(server.dataDirectory, 'drt.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  let isWritten = false;
  const writing = create(clients.fsx).then(() => (isWritten = true));
  for (let n = 0; n < 100; n++) expect(await fileSystemsOf(clients.fsx)).toEqual([]);
  expect(isWritten).toBe(false);
  other.exec('COMMIT');
  other.close();
  await writing;
  expect(await fileSystemsOf(clients.fsx)).toHaveLength(1);
});
