import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import {
  CreateDataRepositoryAssociationCommand,
  CreateDataRepositoryTaskCommand,
  type CreateDataRepositoryTaskCommandInput,
  CreateFileSystemCommand,
  type DataRepositoryTask,
  DescribeDataRepositoryAssociationsCommand,
  DescribeDataRepositoryTasksCommand,
  FSxClient,
} from '@aws-sdk/client-fsx';
import { test as base, expect, type Page } from '@playwright/test';

import { CLIENT, startTestServer, type TestServer } from '../apps/server/src/testing.ts';
import { addRule, closeGate, type Gate } from './s3-gate.ts';

/**
 * The world of a browser test: the real server as a process of its own with its workers and S3 sandbox, one for each
 * Playwright worker; and for each test a file system of its own, made through the real SDK, with files of its own.
 */

const BUCKET = 'fsx-sample';

/** A Lustre file system that belongs to one test, linked to a prefix of its own. */
export interface Lake {
  readonly id: string;
  readonly associationId: string;
  /** `s3://bucket/prefix/` */
  readonly repository: string;
  /** The file system's directory. */
  readonly directory: string;
  /** Puts files into the directory, by relative path. */
  readonly write: (files: Readonly<Record<string, string>>) => void;
  /** Holds every PutObject (or GetObject) of this file system from now on. */
  readonly hold: (operation?: 'PutObject' | 'GetObject') => Promise<Gate>;
  /** Refuses to write the objects of files whose relative path fits the glob. */
  readonly refuseWrites: (glob: string) => Promise<void>;
  /** Creates a task as the CLI would: an export of everything unless said otherwise. */
  readonly createTask: (changes?: Partial<CreateDataRepositoryTaskCommandInput>) => Promise<string>;
  /** All tasks of the file system, newest first. */
  readonly tasks: () => Promise<DataRepositoryTask[]>;
  /** Resolves when the task has that lifecycle. */
  readonly becomes: (taskId: string, lifecycle: string) => Promise<void>;
}

interface Fixtures {
  readonly lake: Lake;
  /** A further file system, linked to the repository given. */
  readonly newLake: (repository?: string) => Promise<Lake>;
  /** Error codes that the test means to provoke; any other refusal fails it. */
  readonly expectedRefusals: readonly string[];
}

interface WorkerFixtures {
  readonly server: TestServer;
  readonly fsx: FSxClient;
}

/** Anything the browser complains about: console errors and warnings, exceptions, CSP violations, refused requests. */
const watch = (page: Page) => {
  const complaints: string[] = [];
  const refusals: Promise<string>[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A page that is left takes its requests with it; and a test that goes offline means it.
    const why = request.failure()?.errorText ?? '';
    if (!['net::ERR_ABORTED', 'NS_BINDING_ABORTED', 'net::ERR_INTERNET_DISCONNECTED'].includes(why))
      complaints.push(`request failed: ${request.url()} ${why}`);
  });
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).origin) {
      complaints.push(`request to another origin: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() < 400) return;
    refusals.push(
      response.json().then(
        (body: { code?: string }) => body.code ?? `status ${response.status()}`,
        () => `status ${response.status()} of ${response.url()}`,
      ),
    );
  });
  page.on('console', (message) => {
    // The browser's own line about a refused request: the refusal itself is collected above.
    if (message.text().startsWith('Failed to load resource')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  return { complaints, refusals };
};

/** Runs in the page, whose console is what the test reads. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('content security policy:', event.violatedDirective, event.blockedURI, event.sourceFile));`;

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants a pattern here, even an empty one
    async ({}, use) => {
      await using server = await startTestServer({ LOG_LEVEL: 'error' });
      await use(server);
    },
    { scope: 'worker' },
  ],
  fsx: [
    async ({ server }, use) => {
      const client = new FSxClient({ ...CLIENT, endpoint: server.url });
      await use(client);
      client.destroy();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },
  expectedRefusals: [[], { option: true }],
  page: async ({ page, expectedRefusals }, use) => {
    const { complaints, refusals } = watch(page);
    await page.addInitScript({ content: REPORT_VIOLATIONS });
    await use(page);
    expect(complaints).toEqual([]);
    const codes = new Set(await Promise.all(refusals));
    expect([...codes].toSorted()).toEqual([...expectedRefusals].toSorted());
  },
  newLake: async ({ server, fsx }, use) => {
    const cleanups: (() => Promise<unknown>)[] = [];
    await use((repository) => makeLake(server, fsx, repository, (cleanup) => cleanups.push(cleanup)));
    await Promise.all(cleanups.map((cleanup) => cleanup()));
  },
  lake: async ({ newLake }, use) => {
    await use(await newLake());
  },
});

export { expect };

const makeLake = async (
  server: TestServer,
  fsx: FSxClient,
  linked: string | undefined,
  onEnd: (cleanup: () => Promise<unknown>) => void,
): Promise<Lake> => {
  const { FileSystem } = await fsx.send(
    new CreateFileSystemCommand({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-00000000'],
      LustreConfiguration: { DeploymentType: 'PERSISTENT_2' },
    }),
  );
  const id = FileSystem?.FileSystemId ?? '';
  const repository = linked ?? `s3://${BUCKET}/${id}/`;
  const { Association } = await fsx.send(
    new CreateDataRepositoryAssociationCommand({
      FileSystemId: id,
      FileSystemPath: '/',
      DataRepositoryPath: repository,
    }),
  );
  const associationId = Association?.AssociationId ?? '';
  await expect
    .poll(async () => {
      const { Associations } = await fsx.send(
        new DescribeDataRepositoryAssociationsCommand({ AssociationIds: [associationId] }),
      );
      return Associations?.[0]?.Lifecycle;
    })
    .toBe('AVAILABLE');

  const prefix = repository.slice(`s3://${BUCKET}/`.length);
  const directory = server.directoryOf(id);
  const tasks = async (taskIds?: string[]) => {
    const Filters = [{ Name: 'file-system-id' as const, Values: [id] }];
    const answer = await fsx.send(new DescribeDataRepositoryTasksCommand(taskIds ? { TaskIds: taskIds } : { Filters }));
    return answer.DataRepositoryTasks ?? [];
  };
  return {
    id,
    associationId,
    repository,
    directory,
    write: (files) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), content);
      }
    },
    hold: async (operation = 'PutObject') => {
      const { remove, ...gate } = await closeGate(server.s3Endpoint, BUCKET, operation, `${prefix}*`);
      onEnd(remove);
      return gate;
    },
    refuseWrites: async (glob) => {
      const { remove } = await addRule(server.s3Endpoint, {
        match: { operation: 'PutObject', bucket: BUCKET, key: `${prefix}${glob}` },
        action: { type: 'error', status: 403, code: 'AccessDenied' },
      });
      onEnd(remove);
    },
    createTask: async (changes = {}) => {
      const { DataRepositoryTask } = await fsx.send(
        new CreateDataRepositoryTaskCommand({
          FileSystemId: id,
          Type: 'EXPORT_TO_REPOSITORY',
          Report: { Enabled: false },
          ...changes,
        }),
      );
      return DataRepositoryTask?.TaskId ?? '';
    },
    tasks: () => tasks(),
    becomes: async (taskId, lifecycle) => {
      await expect.poll(async () => (await tasks([taskId]))[0]?.Lifecycle).toBe(lifecycle);
    },
  };
};
