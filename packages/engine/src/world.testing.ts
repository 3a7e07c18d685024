import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { S3Client } from '@aws-sdk/client-s3';
import type { Input } from '@drt/contract';
import { type DataRepositoryTask, isFinished } from '@drt/contract/tasks';
import { type Sandbox, startSandbox } from '@drt/s3-sandbox';
import { expect } from 'vitest';

import { type Engine, type EngineOptions, openEngine } from './engine.ts';

/** The engine as the product runs it, over a temporary directory and the S3 sandbox, with workers in this process. */
export interface World extends AsyncDisposable {
  /** Another one after `restart`. */
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly s3: S3Client;
  readonly directory: string;
  /** Starts one more worker; its `stop` resolves when it has stopped. */
  work(worker: string): { stop(): Promise<void> };
  /** Starts one more worker that can be killed: it ends in the middle of whatever it does, and hands nothing back. */
  workApart(worker: string): { kill(): Promise<void> };
  /** What the server does when it was killed and starts again: opens the engine anew and frees what was in hand. */
  restart(): Promise<void>;
  /** A file system without an association; `root` is its directory. */
  fileSystem(): Promise<{ readonly id: string; readonly root: string }>;
  link(fileSystemId: string, bucketAndPrefix: string, path?: string): Promise<string>;
  create(
    type: 'export' | 'import',
    fileSystemId: string,
    more?: Partial<Input<'CreateDataRepositoryTask'>>,
  ): Promise<DataRepositoryTask>;
  describe(taskId: string): Promise<DataRepositoryTask>;
  cancel(taskId: string): Promise<void>;
  /** Resolves when the task has got to where `when` is true of it. */
  until(taskId: string, when: (task: DataRepositoryTask) => boolean): Promise<DataRepositoryTask>;
  /** Resolves with the task when it has ended. */
  end(taskId: string): Promise<DataRepositoryTask>;
}

const TYPES = { export: 'EXPORT_TO_REPOSITORY', import: 'IMPORT_METADATA_FROM_REPOSITORY' } as const;

const key = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };

export async function openWorld({ workers = ['one', 'two'] } = {}): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'drt-engine-'));
  process.env['AWS_ACCESS_KEY_ID'] = key.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = key.secretAccessKey;
  const errors: unknown[] = [];
  const sandbox = await startSandbox({ directory: join(directory, 'buckets'), buckets: ['bucket', 'other'] });
  const options: EngineOptions = {
    database: { sqlite: join(directory, 'data/drt.sqlite') },
    dataDirectory: join(directory, 'data'),
    fileSystemRoots: [join(directory, 'roots')],
    region: 'us-east-1',
    account: '123456789012',
    s3: { endpoint: sandbox.url, region: 'us-east-1' },
    log: { info: () => undefined, warn: () => undefined, error: (fields) => errors.push(fields) },
  };
  let engine = await openEngine(options);
  const s3 = new S3Client({ endpoint: sandbox.url, region: 'us-east-1', forcePathStyle: true, credentials: key });
  const running = new Set<{ stop(): Promise<void> }>();

  const work: World['work'] = (worker) => {
    const controller = new AbortController();
    const done = engine.work({ signal: controller.signal, worker });
    const handle = {
      stop: async () => {
        running.delete(handle);
        controller.abort();
        await done;
      },
    };
    running.add(handle);
    return handle;
  };
  for (const worker of workers) work(worker);

  const apart = new Set<{ kill(): Promise<void> }>();
  const workApart: World['workApart'] = (worker) => {
    const { log: _, ...workerData } = options;
    const thread = new Worker(new URL('worker-thread.testing.ts', import.meta.url), {
      workerData: { options: workerData, worker },
      // Node would warn of descriptors that were opened by openat2(2).
      trackUnmanagedFds: false,
    });
    thread.on('error', (error) => errors.push(error));
    const handle = {
      kill: async () => {
        apart.delete(handle);
        await thread.terminate();
      },
    };
    apart.add(handle);
    return handle;
  };

  const restart: World['restart'] = async () => {
    await Promise.all([...apart].map((worker) => worker.kill()));
    await Promise.all([...running].map((worker) => worker.stop()));
    await engine[Symbol.asyncDispose]();
    engine = await openEngine(options);
    await engine.handBack();
  };

  const describe: World['describe'] = async (taskId) => {
    const { DataRepositoryTasks: [task] = [] } = await engine.call('DescribeDataRepositoryTasks', {
      TaskIds: [taskId],
    });
    if (!task) throw new Error(`task ${taskId} is not described`);
    return task;
  };

  const until: World['until'] = async (taskId, when) => {
    let last = await describe(taskId);
    const reached = async () => {
      last = await describe(taskId);
      return when(last);
    };
    try {
      await expect.poll(reached, { timeout: 25_000, interval: 10 }).toBe(true);
    } catch (cause) {
      throw new Error(`still ${JSON.stringify(last)}; the engine says ${JSON.stringify(errors)}`, { cause });
    }
    return last;
  };

  return {
    get engine() {
      return engine;
    },
    sandbox,
    s3,
    directory,
    work,
    workApart,
    restart,
    describe,
    until,
    end: (taskId) => until(taskId, (task) => isFinished(task.Lifecycle)),
    cancel: async (taskId) => {
      await engine.call('CancelDataRepositoryTask', { TaskId: taskId });
    },
    fileSystem: async () => {
      const { FileSystem: made } = await engine.call('CreateFileSystem', {
        FileSystemType: 'LUSTRE',
        StorageCapacity: 1200,
        SubnetIds: ['subnet-00000000'],
      });
      const id = made?.FileSystemId ?? '';
      return { id, root: join(directory, 'data/file-systems', id) };
    },
    link: async (fileSystemId, bucketAndPrefix, path = '/') => {
      const { Association: made } = await engine.call('CreateDataRepositoryAssociation', {
        FileSystemId: fileSystemId,
        FileSystemPath: path,
        DataRepositoryPath: `s3://${bucketAndPrefix}`,
      });
      return made?.AssociationId ?? '';
    },
    create: async (type, fileSystemId, more = {}) => {
      const { DataRepositoryTask: made } = await engine.call('CreateDataRepositoryTask', {
        Type: TYPES[type],
        FileSystemId: fileSystemId,
        Report: { Enabled: false },
        ...more,
      });
      if (!made) throw new Error('no task was made');
      return made;
    },
    [Symbol.asyncDispose]: async () => {
      // A test that failed may have left requests at a gate.
      sandbox.clearFaults();
      await Promise.all([...apart].map((worker) => worker.kill()));
      await Promise.all([...running].map((worker) => worker.stop()));
      await engine[Symbol.asyncDispose]();
      s3.destroy();
      await sandbox.close();
      rmSync(directory, { recursive: true });
    },
  };
}
