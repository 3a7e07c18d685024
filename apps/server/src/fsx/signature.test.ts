import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FSx, type FSxClientConfig } from '@aws-sdk/client-fsx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { awsCli, withoutAwsCli } from '../aws-cli.testing.ts';
import { ask, startTestServer, temporaryFolder, type TestServer } from '../testing.ts';

const ADMIN = { accessKeyId: 'AKIDADMIN0000000TEST', secretAccessKey: 'admin-secret/with+signs=0123456789abcdef' };
const OPERATOR = { accessKeyId: 'AKIDOPERATOR0000TEST', secretAccessKey: 'operator-secret-0123456789abcdef01234567' };
const VIEWER = { accessKeyId: 'AKIDVIEWER000000TEST', secretAccessKey: 'viewer-secret-0123456789abcdef0123456789' };

const folder = temporaryFolder();
let server: TestServer;

beforeAll(async () => {
  const file = join(folder.path, 'keys.json');
  const keys = [
    { ...VIEWER, role: 'viewer' },
    { ...ADMIN, role: 'admin' },
    { ...OPERATOR, role: 'operator' },
  ];
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  server = await startTestServer({ FSX_ACCESS_KEYS_FILE: file, WORKERS: '0', AWS_REGION: 'eu-west-1' });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

type Credentials = NonNullable<FSxClientConfig['credentials']>;

const client = (credentials: Credentials, more: FSxClientConfig = {}) =>
  new FSx({ endpoint: server.url, region: 'eu-west-1', credentials, maxAttempts: 1, ...more });

type SentRequest = Parameters<FSx['config']['requestHandler']['handle']>[0];

/** A client whose requests are changed after they were signed. */
const tampering = (change: (request: SentRequest) => void) => {
  const fsx = client(ADMIN);
  const { requestHandler } = fsx.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    change(request);
    return handle(request, options);
  };
  return fsx;
};

/** Calls of the AWS CLI take long on a busy machine. */
const LONG = { timeout: 90_000 };

describe('with access keys configured', () => {
  test('requests that the SDK signs are accepted, whatever their text', async () => {
    const { FileSystem } = await client(ADMIN).createFileSystem({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-00000000'],
      Tags: [{ Key: 'Name', Value: 'Größe 日本' }],
    });
    const { FileSystems } = await client(VIEWER).describeFileSystems();
    expect(FileSystems).toMatchObject([{ FileSystemId: FileSystem?.FileSystemId }]);
  });

  test.each([
    ['no signature', {}, 'MissingAuthenticationTokenException'],
    ['a bearer token', { Authorization: 'Bearer abc' }, 'InvalidSignatureException'],
    [
      'an asymmetric signature',
      { Authorization: 'AWS4-ECDSA-P256-SHA256 Credential=a/b' },
      'InvalidSignatureException',
    ],
  ])('%s is refused', async (_, headers: Record<string, string>, code) => {
    const target = { 'X-Amz-Target': 'AWSSimbaAPIService_v20180301.DescribeFileSystems' };
    const answer = await ask(server.url, { method: 'POST', headers: { ...target, ...headers }, body: '{}' });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ __type: code, message: expect.stringMatching(/\.$/) });
  });

  test('a signature in the query is refused', async () => {
    const answer = await ask(`${server.url}/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x`, { method: 'POST' });
    expect(answer.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  test.each([
    ['a wrong secret', { ...ADMIN, secretAccessKey: 'guess' }, 'InvalidSignatureException'],
    ['an unknown key', { ...ADMIN, accessKeyId: 'AKIDUNKNOWN00000TEST' }, 'UnrecognizedClientException'],
    ['a session token', { ...ADMIN, sessionToken: 'token' }, 'UnrecognizedClientException'],
  ])('%s is refused', async (_, credentials, name) => {
    await expect(client(credentials).describeFileSystems()).rejects.toMatchObject({ name });
  });

  test('another region and another service are refused', async () => {
    await expect(client(ADMIN, { region: 'us-east-1' }).describeFileSystems()).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('eu-west-1'),
    });
  });

  test.each<[string, (request: SentRequest) => void]>([
    ['the body', (request) => (request.body = '{"MaxResults":51}')],
    ['the operation', (request) => (request.headers['x-amz-target'] = 'AWSSimbaAPIService_v20180301.DeleteFileSystem')],
    ['the time', (request) => (request.headers['x-amz-date'] = secondLater(request.headers['x-amz-date']))],
    ['the claimed hash of the body', (request) => (request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD')],
    ['a header that is not signed', (request) => (request.headers['x-amz-extra'] = 'x')],
    ['the query', (request) => (request.query = { Action: 'x' })],
    ['the signature', (request) => (request.headers['authorization'] = changeLast(request.headers['authorization']))],
  ])('%s cannot be changed on the way', async (_, change) => {
    const fsx = tampering(change);
    await expect(fsx.describeFileSystems({ MaxResults: 50 })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  test('a time more than 5 minutes off is refused', async () => {
    const at = (minutes: number, more: FSxClientConfig = {}) =>
      client(ADMIN, { systemClockOffset: minutes * 60_000, ...more }).describeFileSystems();
    const stale = { name: 'InvalidSignatureException', message: expect.stringContaining('Signature expired') };
    await expect(at(-6)).rejects.toMatchObject(stale);
    await expect(at(6)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    await expect(at(-4)).resolves.toMatchObject({ FileSystems: expect.any(Array) });
    await expect(at(4)).resolves.toMatchObject({ FileSystems: expect.any(Array) });
    // The SDK knows these words, takes the time of the Date header and tries again.
    await expect(at(-6, { maxAttempts: 2 })).resolves.toMatchObject({ FileSystems: expect.any(Array) });
  });

  test.skipIf(withoutAwsCli)(
    'requests that the AWS CLI signs are accepted, but not with a wrong secret',
    LONG,
    async () => {
      const cli = (credentials: typeof ADMIN) => awsCli(server.url, { region: 'eu-west-1', credentials });
      const tag = 'Key=Größe,Value=日本';
      const { FileSystem } = await cli(ADMIN).run<{ FileSystem: object }>(
        `create-file-system --file-system-type LUSTRE --storage-capacity 1200 --subnet-ids subnet-00000000 --tags ${tag}`,
      );
      expect(FileSystem).toMatchObject({ Tags: [{ Key: 'Größe', Value: '日本' }] });
      const wrong = { ...ADMIN, secretAccessKey: VIEWER.secretAccessKey };
      expect(await cli(wrong).refusal('describe-file-systems')).toContain('InvalidSignatureException');
    },
  );

  test('roles: a viewer looks, an operator works tasks, an admin does everything', async () => {
    const TaskId = 'task-0123456789abcdef0';
    const denied = { name: 'AccessDeniedException' };
    await expect(client(VIEWER).cancelDataRepositoryTask({ TaskId })).rejects.toMatchObject(denied);
    const found = { name: 'DataRepositoryTaskNotFound' };
    await expect(client(OPERATOR).cancelDataRepositoryTask({ TaskId })).rejects.toMatchObject(found);
    const FileSystemId = 'fs-0123456789abcdef0';
    await expect(client(OPERATOR).deleteFileSystem({ FileSystemId })).rejects.toMatchObject(denied);
    await expect(client(ADMIN).deleteFileSystem({ FileSystemId })).rejects.toMatchObject({
      name: 'FileSystemNotFound',
    });
  });

  test('the console works: its back end signs with the admin key', async () => {
    const answer = await ask(`${server.url}/api/fsx/DescribeFileSystems`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
  });
});

/** `20260102T030405Z` one second on. */
const secondLater = (stamp = '') =>
  stamp.replace(/\d\dZ$/, (seconds) => `${String((Number.parseInt(seconds) + 1) % 60).padStart(2, '0')}Z`);

const changeLast = (text = '') => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
