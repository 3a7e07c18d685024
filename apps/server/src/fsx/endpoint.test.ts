import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import * as sdk from '@aws-sdk/client-fsx';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { operations } from '@drt/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { ask, CLIENT, startTestServer, type TestServer } from '../testing.ts';
import { UNSERVED_OPERATIONS } from './operation-names.ts';

let server: TestServer;
let fsx: sdk.FSx;

const BUCKET = 'endpoint-test';

beforeAll(async () => {
  server = await startTestServer();
  fsx = new sdk.FSx({ ...CLIENT, endpoint: server.url, maxAttempts: 1 });
  const s3 = new S3Client({ ...CLIENT, endpoint: server.s3Endpoint, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.destroy();
});

afterAll(async () => {
  fsx.destroy();
  await server[Symbol.asyncDispose]();
});

const createFileSystem = async (Name = 'test') => {
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    Tags: [{ Key: 'Name', Value: Name }],
  });
  return FileSystem?.FileSystemId ?? '';
};

const associate = async (FileSystemId: string, FileSystemPath: string) => {
  const { Association } = await fsx.createDataRepositoryAssociation({
    FileSystemId,
    FileSystemPath,
    DataRepositoryPath: `s3://${BUCKET}/${FileSystemId}${FileSystemPath}`,
  });
  const AssociationId = Association?.AssociationId ?? '';
  await vi.waitFor(async () => {
    const { Associations } = await fsx.describeDataRepositoryAssociations({ AssociationIds: [AssociationId] });
    expect(Associations?.[0]?.Lifecycle).toBe('AVAILABLE');
  }, 20_000);
  return AssociationId;
};

const EXPORT = { Type: 'EXPORT_TO_REPOSITORY', Report: { Enabled: false } } as const;

const finished = (TaskId: string) =>
  vi.waitFor(async () => {
    const { DataRepositoryTasks } = await fsx.describeDataRepositoryTasks({ TaskIds: [TaskId] });
    const [task] = DataRepositoryTasks ?? [];
    expect(task?.Lifecycle).toMatch(/SUCCEEDED|FAILED|CANCELED/);
    return task;
  }, 20_000);

describe('every operation answers the real SDK', () => {
  test('file systems: create, describe, delete', async () => {
    const before = Date.now();
    const { FileSystem } = await fsx.createFileSystem({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 2400,
      SubnetIds: ['subnet-0123456789abcdef0'],
      LustreConfiguration: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 },
      Tags: [{ Key: 'Name', Value: 'scratch' }],
    });
    expect(FileSystem).toMatchObject({
      FileSystemId: expect.stringMatching(/^fs-[0-9a-f]{17}$/),
      FileSystemType: 'LUSTRE',
      StorageCapacity: 2400,
      OwnerId: '123456789012',
      ResourceARN: `arn:aws:fsx:us-east-1:123456789012:file-system/${FileSystem?.FileSystemId}`,
      Tags: [{ Key: 'Name', Value: 'scratch' }],
    });
    // Epoch seconds on the wire, read back as a date to the millisecond.
    expect(FileSystem?.CreationTime?.getTime()).toBeGreaterThanOrEqual(before);
    expect(FileSystem?.CreationTime?.getTime()).toBeLessThanOrEqual(Date.now());

    const FileSystemId = FileSystem?.FileSystemId ?? '';
    await vi.waitFor(async () => {
      const { FileSystems } = await fsx.describeFileSystems({ FileSystemIds: [FileSystemId] });
      expect(FileSystems).toMatchObject([{ FileSystemId, Lifecycle: 'AVAILABLE' }]);
    });
    expect(await fsx.deleteFileSystem({ FileSystemId })).toMatchObject({ FileSystemId, Lifecycle: 'DELETING' });
    await vi.waitFor(
      () => expect(fsx.describeFileSystems({ FileSystemIds: [FileSystemId] })).rejects.toThrow(sdk.FileSystemNotFound),
      20_000,
    );
  });

  test('associations: create, describe, update, delete', async () => {
    const FileSystemId = await createFileSystem();
    const AssociationId = await associate(FileSystemId, '/data');
    const S3 = { AutoExportPolicy: { Events: [sdk.EventType.NEW, sdk.EventType.CHANGED] } };
    const { Association } = await fsx.updateDataRepositoryAssociation({ AssociationId, S3 });
    expect(Association).toMatchObject({ AssociationId, FileSystemId, S3 });
    expect(await fsx.deleteDataRepositoryAssociation({ AssociationId, DeleteDataInFileSystem: false })).toMatchObject({
      AssociationId,
      Lifecycle: 'DELETING',
    });
  });

  test('tasks: create, describe, cancel', async () => {
    const FileSystemId = await createFileSystem();
    await associate(FileSystemId, '/');
    const { DataRepositoryTask } = await fsx.createDataRepositoryTask({
      ...EXPORT,
      FileSystemId,
      Paths: ['results'],
      Tags: [{ Key: 'team', Value: 'physics' }],
    });
    const TaskId = DataRepositoryTask?.TaskId ?? '';
    expect(DataRepositoryTask).toMatchObject({
      TaskId: expect.stringMatching(/^task-[0-9a-f]{17}$/),
      Type: 'EXPORT_TO_REPOSITORY',
      Lifecycle: 'PENDING',
      FileSystemId,
      Paths: ['results'],
      ResourceARN: `arn:aws:fsx:us-east-1:123456789012:task/${TaskId}`,
      Tags: [{ Key: 'team', Value: 'physics' }],
    });

    // The path does not exist: creating the task succeeds, the task fails.
    const task = await finished(TaskId);
    expect(task?.Lifecycle).toBe('FAILED');
    expect(task?.FailureDetails?.Message).toContain('results');
    expect(task?.EndTime?.getTime()).toBeGreaterThanOrEqual(task?.CreationTime?.getTime() ?? Infinity);
    await expect(fsx.cancelDataRepositoryTask({ TaskId })).rejects.toThrow(sdk.DataRepositoryTaskEnded);
  });

  test('tags: add, list, remove', async () => {
    const FileSystemId = await createFileSystem('tagged');
    const { FileSystems } = await fsx.describeFileSystems({ FileSystemIds: [FileSystemId] });
    const ResourceARN = FileSystems?.[0]?.ResourceARN ?? '';
    await fsx.tagResource({ ResourceARN, Tags: [{ Key: 'cost center', Value: 'Zürich' }] });
    const { Tags } = await fsx.listTagsForResource({ ResourceARN });
    expect(Tags).toHaveLength(2);
    expect(Tags).toContainEqual({ Key: 'cost center', Value: 'Zürich' });
    await fsx.untagResource({ ResourceARN, TagKeys: ['cost center'] });
    expect((await fsx.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'Name', Value: 'tagged' }]);
  });
});

describe('refusals arrive as the exceptions that FSx models', () => {
  const TaskId = 'task-0123456789abcdef0';
  const FileSystemId = 'fs-0123456789abcdef0';
  const ResourceARN = `arn:aws:fsx:us-east-1:123456789012:task/${TaskId}`;

  test('unknown IDs', async () => {
    await expect(fsx.describeFileSystems({ FileSystemIds: [FileSystemId] })).rejects.toThrow(sdk.FileSystemNotFound);
    await expect(fsx.deleteFileSystem({ FileSystemId })).rejects.toThrow(sdk.FileSystemNotFound);
    await expect(fsx.createDataRepositoryTask({ ...EXPORT, FileSystemId })).rejects.toThrow(sdk.FileSystemNotFound);
    await expect(fsx.describeDataRepositoryTasks({ TaskIds: [TaskId] })).rejects.toThrow(
      sdk.DataRepositoryTaskNotFound,
    );
    await expect(fsx.cancelDataRepositoryTask({ TaskId })).rejects.toThrow(sdk.DataRepositoryTaskNotFound);
    const AssociationIds = ['dra-0123456789abcdef0'];
    await expect(fsx.describeDataRepositoryAssociations({ AssociationIds })).rejects.toThrow(
      sdk.DataRepositoryAssociationNotFound,
    );
  });

  test('members of an exception arrive with it', async () => {
    await expect(fsx.listTagsForResource({ ResourceARN })).rejects.toMatchObject({
      name: 'ResourceNotFound',
      ResourceARN,
      message: expect.stringContaining(TaskId),
    });
    const ClientRequestToken = 'the-same-token';
    const base = { FileSystemType: 'LUSTRE' as const, SubnetIds: ['subnet-00000000'], ClientRequestToken };
    await fsx.createFileSystem({ ...base, StorageCapacity: 1200 });
    await expect(fsx.createFileSystem({ ...base, StorageCapacity: 2400 })).rejects.toMatchObject({
      name: 'IncompatibleParameterError',
      Parameter: 'StorageCapacity',
    });
  });

  test('file system types other than Lustre', async () => {
    await expect(
      fsx.createFileSystem({ FileSystemType: 'ONTAP', StorageCapacity: 1024, SubnetIds: ['subnet-00000000'] }),
    ).rejects.toMatchObject({ message: expect.stringContaining('LUSTRE') });
  });
});

/** A request in AWS JSON that no SDK would send. */
const post = (operation: string, body: object | string, headers: Record<string, string> = {}) =>
  ask(server.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSSimbaAPIService_v20180301.${operation}`,
      ...headers,
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });

const TASK = { ...EXPORT, FileSystemId: 'fs-0123456789abcdef0' };

describe('bad input is refused with a sentence', () => {
  test.each([
    [
      'a wrong type',
      'CreateDataRepositoryTask',
      { ...TASK, Type: 'NOPE' },
      'Type must be one of EXPORT_TO_REPOSITORY, ',
    ],
    [
      'a wrong filter',
      'DescribeDataRepositoryTasks',
      { Filters: [{ Name: 'bogus', Values: [] }] },
      'Filters[0].Name must be one of file-system-id, task-lifecycle, ',
    ],
    [
      '101 paths',
      'CreateDataRepositoryTask',
      { ...TASK, Paths: Array.from({ length: 101 }, (_, n) => `p${n}`) },
      'Paths must have at most 100 items',
    ],
    ['a broken page token', 'DescribeDataRepositoryTasks', { NextToken: '???' }, 'NextToken'],
    ['a page token of somebody else', 'DescribeDataRepositoryTasks', { NextToken: 'AAAA' }, 'NextToken'],
    [
      'a member too much',
      'CancelDataRepositoryTask',
      { TaskId: 'task-0123456789abcdef0', Force: true },
      'has no member Force',
    ],
    ['a missing member', 'CancelDataRepositoryTask', {}, 'TaskId is required'],
    ['a malformed ID', 'CancelDataRepositoryTask', { TaskId: 'task-1' }, 'TaskId'],
    ['an array as request', 'DescribeFileSystems', [], 'The request must be of type object'],
    ['a number for text', 'CancelDataRepositoryTask', { TaskId: 7 }, 'TaskId must be of type string'],
    ['a report without its members', 'CreateDataRepositoryTask', { ...TASK, Report: { Enabled: true } }, 'Path'],
  ])('%s', async (_, operation, body, sentence) => {
    const answer = await post(operation, body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ __type: 'BadRequest', Message: expect.stringContaining(sentence) });
  });

  test.each([
    ['no JSON', 'Action=DescribeFileSystems&Version=1', 'is not JSON'],
    ['half a JSON', '{"TaskIds": ["task-', 'is not JSON'],
    ['a member twice', '{"TaskId": "a", "TaskId": "b"}', 'has the member "TaskId" twice'],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'is nested deeper than 32 levels'],
  ])('%s', async (_, body, sentence) => {
    const answer = await post('DescribeDataRepositoryTasks', body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ __type: 'SerializationException', message: expect.stringContaining(sentence) });
  });

  test('a compressed body', async () => {
    const answer = await post('DescribeFileSystems', gzipSync('{}'), { 'Content-Encoding': 'gzip' });
    expect(answer.json()).toMatchObject({ __type: 'SerializationException' });
    expect(answer.status).toBe(400);
  });

  test.each(['__proto__', 'toString', 'constructor', 'Describe', 'describefilesystems', '', 'DescribeFileSystems.x'])(
    'the target %j',
    async (operation) => {
      const answer = await post(operation, {});
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
    },
  );

  test('no target, and the target of another service', async () => {
    for (const headers of [{}, { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' }]) {
      const answer = await ask(server.url, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(400);
      expect(answer.json()).toEqual({
        __type: 'UnknownOperationException',
        message: expect.stringContaining('X-Amz-Target: AWSSimbaAPIService_v20180301.<Operation>'),
      });
    }
  });

  test('operations of the real FSx that are not served', async () => {
    const answer = await post('DescribeBackups', {});
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      __type: 'UnsupportedOperation',
      Message: 'DescribeBackups is an operation of Amazon FSx that is not served here.',
    });
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('the method %s', async (method) => {
    const answer = await ask(server.url, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });

  test('another host name, and a page of another origin', async () => {
    const headers = { 'X-Amz-Target': 'AWSSimbaAPIService_v20180301.DescribeFileSystems' };
    for (const more of [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'same-site' }]) {
      const answer = await ask(server.url, { method: 'POST', headers: { ...headers, ...more }, body: '{}' });
      expect(answer.json()).toMatchObject({ __type: 'AccessDeniedException' });
    }
    for (const host of ['evil.example', 'localhost@evil.example', 'evil.example:80', '']) {
      const text = await rawRequest(
        `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      expect(text).toContain('AccessDeniedException');
    }
    const twice = await rawRequest('GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(twice).toContain('AccessDeniedException');
    const none = await rawRequest('GET / HTTP/1.0\r\n\r\n');
    expect(none).toContain('AccessDeniedException');
  });

  test('2 MiB of body: refused, and the connection serves the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (body: string) =>
      new Promise<{ status: number | undefined; text: string; port: number | undefined }>((resolve, reject) => {
        const headers = { 'X-Amz-Target': 'AWSSimbaAPIService_v20180301.DescribeFileSystems' };
        const request = httpRequest(server.url, { method: 'POST', agent, headers }, (response) => {
          let text = '';
          const port = response.socket.localPort;
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode, text, port }));
        });
        request.on('error', reject).end(body);
      });
    const large = await send(JSON.stringify({ FileSystemIds: ['x'.repeat(2 * 1024 * 1024)] }));
    expect(large.status).toBe(413);
    expect(JSON.parse(large.text)).toEqual({
      __type: 'RequestEntityTooLarge',
      message: 'The request body must be at most 1 MiB.',
    });
    const next = await send('{}');
    expect(next.status).toBe(200);
    expect(next.port).toBe(large.port);
    agent.destroy();
  });
});

/** Bytes as they are, for what an HTTP client would not send. Resolves when the server closes. */
const rawRequest = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text)).on('error', reject);
  });

test('every answer says what it is and which request it belongs to', async () => {
  const answers = [
    await post('DescribeFileSystems', {}),
    await post('DescribeFileSystems', { X: 1 }),
    await post('', {}),
  ];
  const ids = new Set(answers.map(({ headers }) => headers.get('x-amzn-requestid')));
  expect(ids.size).toBe(3);
  for (const { headers } of answers) {
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('date')).not.toBeNull();
  }
});

test('null members count as absent, as in AWS JSON', async () => {
  const answer = await post('DescribeFileSystems', { FileSystemIds: null, NextToken: null });
  expect(answer.status).toBe(200);
});

test('served and unserved operations are those of the SDK', () => {
  const known = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);
  expect([...Object.keys(operations), ...UNSERVED_OPERATIONS].toSorted()).toEqual(known.toSorted());
});

test('after all of this, no 5xx was answered and no stack was sent or logged', async () => {
  await post('DescribeFileSystems', {});
  const lines = server.process.errors().trim().split('\n');
  const requests = lines
    .map((line): { status?: number; msg: string } => JSON.parse(line))
    .filter(({ msg }) => msg === 'request');
  expect(requests.length).toBeGreaterThan(30);
  expect(requests.filter(({ status }) => status !== undefined && status >= 500)).toEqual([]);
  expect(server.process.errors()).not.toContain('    at ');
});
