import { FSx } from '@aws-sdk/client-fsx';
import { decodeEngineOutput } from '@drt/contract/engine-api';
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

const tell = async (operation: string, input: unknown, type = 'application/json') => {
  const answer = await ask(`${server.url}/api/engine/${operation}`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: JSON.stringify(input),
  });
  return { status: answer.status, body: JSON.parse(answer.text) as unknown };
};

test('a directory is listed by a worker, through the server', async () => {
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
  });
  const { status, body } = await tell('ListDirectory', { FileSystemId: FileSystem?.FileSystemId, Path: '' });
  expect(status).toBe(200);
  expect(decodeEngineOutput('ListDirectory', body)).toEqual({ Entries: [], More: false });
});

test.each([
  ['DescribeTaskWork', { TaskId: 'task-00000000000000000' }, 'DataRepositoryTaskNotFound'],
  ['DescribeTaskWork', { TaskId: 'x' }, 'BadRequest'],
  ['ListTaskFailures', { TaskId: 'task-00000000000000000', Code: 'Nope' }, 'BadRequest'],
  ['PreviewTask', { Type: 'EXPORT_TO_REPOSITORY', FileSystemId: 'fs-00000000000000000' }, 'FileSystemNotFound'],
  ['__proto__', {}, 'UnknownOperationException'],
])('%s with %j is refused with %s', async (operation, input, code) => {
  const { status, body } = await tell(operation, input);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code, message: expect.any(String) });
});

test('a body of another type is refused', async () => {
  const { body } = await tell('DescribeTaskWork', {}, 'text/plain');
  expect(body).toMatchObject({ code: 'SerializationException' });
});
