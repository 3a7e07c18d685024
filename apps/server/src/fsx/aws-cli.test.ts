import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type DataRepositoryTask, FSx } from '@aws-sdk/client-fsx';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { type AwsCli, awsCli, withoutAwsCli } from '../aws-cli.testing.ts';
import { ask, CLIENT, startTestServer, type TestServer } from '../testing.ts';
import { exportOf, makeTree, objectsBelow } from '../tree.testing.ts';

/**
 * What a user does, with nothing but the AWS CLI: the whole way of files to S3 and back. Only the waiting is done by the
 * SDK, because each call of the CLI takes most of a second. The tests of the first group build on each other.
 */

const BUCKET = 'cli-test';

const MINUTES = 3 * 60_000;

/** Lifecycle, counts and the like, as the CLI prints them. */
interface Task {
  readonly TaskId: string;
  readonly Lifecycle: string;
  readonly Type: string;
  readonly Paths?: readonly string[];
  readonly Status?: { readonly TotalCount: number; readonly SucceededCount: number; readonly FailedCount: number };
  readonly FailureDetails?: { readonly Message: string };
}

describe.skipIf(withoutAwsCli)('the AWS CLI', { timeout: MINUTES }, () => {
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  let fsx: FSx;

  beforeAll(async () => {
    server = await startTestServer();
    cli = awsCli(server.url);
    fsx = new FSx({ ...CLIENT, endpoint: server.url });
    s3 = new S3Client({ ...CLIENT, endpoint: server.s3Endpoint, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  });

  afterAll(async () => {
    fsx?.destroy();
    s3?.destroy();
    await server?.[Symbol.asyncDispose]();
    // Tens of thousands of files are to be removed.
  }, MINUTES);

  const createFileSystem = async () => {
    const { FileSystem } = await cli.run<{ FileSystem: { FileSystemId: string } }>(
      'create-file-system --file-system-type LUSTRE --storage-capacity 1200 --subnet-ids subnet-00000000',
    );
    return FileSystem.FileSystemId;
  };

  /** Links `/` of a file system to a prefix of the bucket. */
  const associate = async (fileSystem: string, prefix: string) => {
    const { Association } = await cli.run<{ Association: { AssociationId: string } }>(
      `create-data-repository-association --file-system-id ${fileSystem} --file-system-path / --data-repository-path s3://${BUCKET}/${prefix}`,
    );
    const AssociationIds = [Association.AssociationId];
    await vi.waitFor(
      async () => {
        const { Associations } = await fsx.describeDataRepositoryAssociations({ AssociationIds });
        expect(Associations?.[0]?.Lifecycle).toBe('AVAILABLE');
      },
      { timeout: MINUTES },
    );
    return Association.AssociationId;
  };

  const createTask = async (fileSystem: string, type: string, more = '--report Enabled=false') => {
    const { DataRepositoryTask } = await cli.run<{ DataRepositoryTask: Task }>(
      `create-data-repository-task --file-system-id ${fileSystem} --type ${type} ${more}`,
    );
    return DataRepositoryTask;
  };

  /** Waits until something is true of a task. */
  const until = (taskId: string, isSo: (task: DataRepositoryTask) => boolean) =>
    vi.waitFor(
      async () => {
        const { DataRepositoryTasks: [task] = [] } = await fsx.describeDataRepositoryTasks({ TaskIds: [taskId] });
        if (!task || !isSo(task)) throw new Error(`${taskId} is ${task?.Lifecycle}`);
      },
      { timeout: MINUTES },
    );

  /** Waits for the end of a task, and answers what the CLI says about it. */
  const ended = async (taskId: string) => {
    await until(taskId, ({ Lifecycle = '' }) => /SUCCEEDED|FAILED|CANCELED/.test(Lifecycle));
    const { DataRepositoryTasks } = await cli.run<{ DataRepositoryTasks: Task[] }>(
      `describe-data-repository-tasks --task-ids ${taskId}`,
    );
    const [task] = DataRepositoryTasks;
    if (!task) throw new Error(`${taskId} is not described`);
    return task;
  };

  const exportAll = async (fileSystem: string) => {
    const { TaskId } = await createTask(fileSystem, 'EXPORT_TO_REPOSITORY');
    return ended(TaskId);
  };

  interface SandboxRequest {
    readonly sequence: number;
    readonly key: string;
    readonly startedAt: number;
  }

  /** What the sandbox saw of one operation, since a request if one is given. */
  const requests = async (operation: string, after = 0): Promise<SandboxRequest[]> => {
    const answer = await ask(`${server.s3Endpoint}/_sandbox/requests?operation=${operation}&after=${after}`);
    // As its control interface documents.
    return answer.json()['requests'] as SandboxRequest[];
  };

  const lastRequest = async () => (await requests('PutObject')).at(-1)?.sequence ?? 0;

  describe('takes files to S3 and back', () => {
    let fileSystem: string;
    let association: string;
    let root: string;

    test('an export makes every object equal to its file', async () => {
      fileSystem = await createFileSystem();
      root = server.directoryOf(fileSystem);
      association = await associate(fileSystem, 'export/');
      makeTree(root);
      const entries = exportOf(root);

      const task = await exportAll(fileSystem);
      const count = Object.keys(entries).length;
      expect(task).toMatchObject({
        Lifecycle: 'SUCCEEDED',
        Status: { TotalCount: count, SucceededCount: count, FailedCount: 0 },
      });
      expect(await objectsBelow(s3, BUCKET, 'export/')).toEqual(entries);
    });

    test('a second export puts nothing', async () => {
      const before = await lastRequest();
      const task = await exportAll(fileSystem);
      expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 0 } });
      expect(await requests('PutObject', before)).toEqual([]);
    });

    test('one chmod, one edit and one new file put exactly those, and the directory that changed', async () => {
      chmodSync(join(root, 'README'), 0o444);
      appendFileSync(join(root, 'data/one.csv'), '3,4\n');
      writeFileSync(join(root, 'data/deep/new'), 'new');

      const before = await lastRequest();
      const task = await exportAll(fileSystem);
      expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 4, SucceededCount: 4 } });
      const keys = (await requests('PutObject', before)).map(({ key }) => key);
      expect(keys.toSorted()).toEqual(
        ['export/README', 'export/data/deep/', 'export/data/deep/new', 'export/data/one.csv'].toSorted(),
      );
      expect(await objectsBelow(s3, BUCKET, 'export/')).toEqual(exportOf(root));
    });

    test('an import into another file system restores all of it', async () => {
      const second = await createFileSystem();
      await associate(second, 'export/');
      const { TaskId } = await createTask(second, 'IMPORT_METADATA_FROM_REPOSITORY');
      const task = await ended(TaskId);
      const entries = exportOf(root);
      const count = Object.keys(entries).length;
      expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: count, SucceededCount: count } });
      expect(exportOf(server.directoryOf(second))).toEqual(entries);
    });

    test('the tasks are found by each filter', async () => {
      const find = async (filters: string) => {
        const { DataRepositoryTasks } = await cli.run<{ DataRepositoryTasks: Task[] }>(
          `describe-data-repository-tasks --filters ${filters}`,
        );
        return DataRepositoryTasks.map(({ Type, Lifecycle }) => `${Type} ${Lifecycle}`);
      };
      const exports = Array.from({ length: 3 }, () => 'EXPORT_TO_REPOSITORY SUCCEEDED');
      expect(await find(`Name=file-system-id,Values=${fileSystem}`)).toEqual(exports);
      expect(await find(`Name=data-repository-association-id,Values=${association}`)).toEqual(exports);
      expect(await find('Name=task-lifecycle,Values=SUCCEEDED')).toEqual([
        'IMPORT_METADATA_FROM_REPOSITORY SUCCEEDED',
        ...exports,
      ]);
      expect(await find('Name=task-lifecycle,Values=FAILED,CANCELED')).toEqual([]);
      expect(
        await find(`Name=task-lifecycle,Values=FAILED,SUCCEEDED Name=file-system-id,Values=${fileSystem}`),
      ).toEqual(exports);
    });
  });

  test('a file whose key is too long fails alone, and the report names it', async () => {
    const fileSystem = await createFileSystem();
    const root = server.directoryOf(fileSystem);
    await associate(fileSystem, 'too-long/');
    const deep = Array.from({ length: 5 }, () => 'd'.repeat(200)).join('/');
    mkdirSync(join(root, deep), { recursive: true });
    writeFileSync(join(root, deep, 'f'.repeat(30)), 'x');
    writeFileSync(join(root, 'fine'), 'x');

    const reports = `s3://${BUCKET}/too-long/reports`;
    const report = `Enabled=true,Path=${reports},Format=REPORT_CSV_20191124,Scope=FAILED_FILES_ONLY`;
    const { TaskId } = await createTask(fileSystem, 'EXPORT_TO_REPOSITORY', `--report ${report}`);
    const task = await ended(TaskId);
    expect(task).toMatchObject({
      Lifecycle: 'FAILED',
      Status: { TotalCount: 7, SucceededCount: 6, FailedCount: 1 },
      FailureDetails: { Message: expect.any(String) },
    });
    const Key = `too-long/reports/${TaskId}/failures.csv`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    expect(await Body?.transformToString()).toMatch(/^[^\n]*\/f{30},failed,PathSizeTooLong\r?\n$/i);
  });

  test('a running export of 20,000 files is canceled, and puts nothing after that', async () => {
    const fileSystem = await createFileSystem();
    await associate(fileSystem, 'many/');
    const root = server.directoryOf(fileSystem);
    for (let directory = 0; directory < 20; directory++) {
      mkdirSync(join(root, String(directory)));
      for (let file = 0; file < 1000; file++) writeFileSync(join(root, `${directory}/${file}`), 'x');
    }
    const { TaskId } = await createTask(fileSystem, 'EXPORT_TO_REPOSITORY');
    await until(TaskId, ({ Status }) => (Status?.SucceededCount ?? 0) > 0);
    expect(await cli.run(`cancel-data-repository-task --task-id ${TaskId}`)).toEqual({
      Lifecycle: 'CANCELING',
      TaskId,
    });

    const canceled = await ended(TaskId);
    const before = (await requests('PutObject')).filter(({ key }) => key.startsWith('many/'));
    expect(canceled.Lifecycle).toBe('CANCELED');
    expect(before.length).toBeLessThan(20_000);
    expect(canceled.Status?.SucceededCount).toBe(before.length);

    // The workers are at other work now: had they kept anything of this one, it would be seen by then.
    const other = await createFileSystem();
    await associate(other, 'other/');
    writeFileSync(join(server.directoryOf(other), 'file'), 'x');
    await exportAll(other);
    const after = (await requests('PutObject')).filter(({ key }) => key.startsWith('many/'));
    expect(after.length).toBe(before.length);
  });

  describe("treats the guide's commands as the service does", () => {
    let fileSystem: string;

    beforeAll(async () => {
      fileSystem = await createFileSystem();
      await associate(fileSystem, 'guide/');
      const root = server.directoryOf(fileSystem);
      mkdirSync(join(root, 'path1'));
      mkdirSync(join(root, 'path2'));
      writeFileSync(join(root, 'path2/file1'), 'x');
    }, MINUTES);

    /** An export without a report. */
    const exportOfPaths = (more: string) =>
      createTask(fileSystem, 'EXPORT_TO_REPOSITORY', `--report Enabled=false ${more}`);

    test('paths with a comma between them are one path, which fails with a hint', async () => {
      const { TaskId } = await exportOfPaths('--paths path1,path2/file1');
      const task = await ended(TaskId);
      expect(task).toMatchObject({ Lifecycle: 'FAILED', Paths: ['path1,path2/file1'] });
      expect(task.FailureDetails?.Message).toMatch(/path1,path2\/file1.*space/s);
    });

    test('paths with a space between them are two', async () => {
      const { TaskId } = await exportOfPaths('--paths path1 path2/file1');
      const task = await ended(TaskId);
      expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Paths: ['path1', 'path2/file1'] });
    });

    test('a report without its members is refused, and the refusal names them', async () => {
      const said = await cli.refusal(
        `create-data-repository-task --file-system-id ${fileSystem} --type EXPORT_TO_REPOSITORY --report Enabled=true`,
      );
      expect(said).toContain('An error occurred (BadRequest) when calling the CreateDataRepositoryTask operation:');
      for (const member of ['Path', 'Format', 'Scope']) expect(said).toContain(member);
    });

    test('values that the CLI does not check are refused with the valid ones', async () => {
      const type = await cli.refusal(
        `create-data-repository-task --file-system-id ${fileSystem} --type NOPE --report Enabled=false`,
      );
      expect(type).toContain('(BadRequest)');
      expect(type).toContain('EXPORT_TO_REPOSITORY, IMPORT_METADATA_FROM_REPOSITORY');
      const filter = await cli.refusal('describe-data-repository-tasks --filters Name=bogus,Values=x');
      expect(filter).toContain('(BadRequest)');
      expect(filter).toContain('file-system-id, task-lifecycle, data-repository-association-id');
    });

    test('an ended task cannot be canceled, an unknown one neither', async () => {
      const { TaskId } = await exportOfPaths('--paths path1');
      await ended(TaskId);
      expect(await cli.refusal(`cancel-data-repository-task --task-id ${TaskId}`)).toContain(
        'An error occurred (DataRepositoryTaskEnded) when calling the CancelDataRepositoryTask operation:',
      );
      expect(await cli.refusal('cancel-data-repository-task --task-id task-0123456789abcdef0')).toContain(
        '(DataRepositoryTaskNotFound)',
      );
    });

    test('the same client token makes one task', async () => {
      const command = '--paths path2 --client-request-token once';
      const first = await exportOfPaths(command);
      const again = await exportOfPaths(command);
      expect(again.TaskId).toBe(first.TaskId);
      await ended(first.TaskId);
    });

    test('the first page holds 50 tasks, and the printed token leads on', async () => {
      interface Page {
        readonly DataRepositoryTasks: readonly Task[];
        readonly NextToken?: string;
      }
      const page = await cli.run<Page>('describe-data-repository-tasks --max-results 2');
      expect(page.DataRepositoryTasks).toHaveLength(2);
      const rest = await cli.run<Page>(`describe-data-repository-tasks --next-token ${page.NextToken}`);
      expect(rest.DataRepositoryTasks.length).toBeGreaterThan(2);
      const ids = [...page.DataRepositoryTasks, ...rest.DataRepositoryTasks].map(({ TaskId }) => TaskId);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });
});
