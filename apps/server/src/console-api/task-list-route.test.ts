import { FSx } from '@aws-sdk/client-fsx';
import { decodeTaskListAnswer, type TaskListAnswer } from '@drt/contract/task-list';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask, CLIENT, startTestServer, type TestServer } from '../testing.ts';

let server: TestServer;
let fsx: FSx;
beforeAll(async () => {
  server = await startTestServer();
  fsx = new FSx({ ...CLIENT, endpoint: server.url });
});
afterAll(async () => {
  fsx.destroy();
  await server[Symbol.asyncDispose]();
});

const QUERY = {
  filter: { operation: 'and', tokens: [] },
  sort: { property: 'created', descending: true },
  page: 1,
  pageSize: 10,
};

const list = async (query: unknown, type = 'application/json') => {
  const answer = await ask(`${server.url}/api/tasks/list`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: JSON.stringify(query),
  });
  return { status: answer.status, body: JSON.parse(answer.text) as unknown };
};

test('tasks made through FSx are listed, filtered and found by their association', async () => {
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    LustreConfiguration: { DeploymentType: 'PERSISTENT_2' },
  });
  const FileSystemId = FileSystem?.FileSystemId ?? '';
  const { Association } = await fsx.createDataRepositoryAssociation({
    FileSystemId,
    FileSystemPath: '/',
    DataRepositoryPath: 's3://fsx-sample/list/',
  });
  const AssociationId = Association?.AssociationId ?? '';
  await expect
    .poll(
      async () => {
        const { Associations } = await fsx.describeDataRepositoryAssociations({ AssociationIds: [AssociationId] });
        return Associations?.[0]?.Lifecycle;
      },
      { timeout: 20_000 },
    )
    .toBe('AVAILABLE');
  const { DataRepositoryTask } = await fsx.createDataRepositoryTask({
    FileSystemId,
    Type: 'EXPORT_TO_REPOSITORY',
    Report: { Enabled: false },
  });

  const find = async (property: string, value: string): Promise<TaskListAnswer> => {
    const filter = { operation: 'and', tokens: [{ property, operator: '=', value }] };
    return decodeTaskListAnswer((await list({ ...QUERY, filter })).body);
  };
  const found = await find('association', AssociationId);
  expect(found).toMatchObject({ total: 1, page: 1, complete: true });
  expect(found.tasks[0]?.TaskId).toBe(DataRepositoryTask?.TaskId);
  expect(found.tasks[0]?.CreationTime).toEqual(DataRepositoryTask?.CreationTime);
  expect((await find('fileSystem', FileSystemId)).total).toBe(1);
  expect((await find('association', 'dra-00000000000000000')).total).toBe(0);
});

test.each([
  ['no query', {}],
  ['a property that is not there', { ...QUERY, sort: { property: 'json', descending: true } }],
  ['page 0', { ...QUERY, page: 0 }],
  ['a page that is too long', { ...QUERY, pageSize: 1001 }],
  [
    'an operator that does not suit',
    { ...QUERY, filter: { operation: 'and', tokens: [{ property: 'status', operator: '<', value: 'x' }] } },
  ],
])('%s is refused', async (_what, query) => {
  const { status, body } = await list(query);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'BadRequest' });
});

test('a body of another type is refused', async () => {
  expect((await list(QUERY, 'text/plain')).body).toMatchObject({ code: 'SerializationException' });
});
