import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { context } from '@drt/contract/console-api';
import { decodeEngineOutput, type EngineOutput } from '@drt/contract/engine-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ADMIN, type AwsStandIn, BUCKET, startAwsStandIn, VIEWER } from './aws-stand-in.testing.ts';
import { ask, childrenOf, startTestServer, type TestServer } from './testing.ts';

let account: AwsStandIn;
let server: TestServer;

beforeAll(async () => {
  account = await startAwsStandIn();
  server = await startTestServer(account.settings());
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
});

const post = (url: string, path: string, input: unknown) =>
  ask(`${url}/api/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(input),
  });

test('a console for AWS tells its regions, and starts neither workers nor a store', async () => {
  const where = async (query: string) => context.parse((await ask(`${server.url}/api/context${query}`)).json());
  expect(await where('')).toMatchObject({ target: 'aws', region: 'us-east-1', regions: ['us-east-1', 'eu-west-1'] });
  expect((await where('?region=eu-west-1')).region).toBe('eu-west-1');
  expect((await where('?region=eu-west-9')).region).toBe('us-east-1');
  expect(childrenOf(server.process.pid)).toEqual([]);
});

test('each region is asked with a signature of its own, and only those that are offered', async () => {
  expect((await post(server.url, 'fsx/DescribeFileSystems', {})).status).toBe(200);
  // The stand-in is in us-east-1.
  const elsewhere = await post(server.url, 'fsx/DescribeFileSystems?region=eu-west-1', {});
  expect(elsewhere.status).toBe(401);
  expect(elsewhere.json()).toMatchObject({
    code: 'InvalidSignatureException',
    message: expect.stringContaining('not "eu-west-1"'),
  });
  const unknown = await post(server.url, 'fsx/DescribeFileSystems?region=mars', {});
  expect(unknown.json()).toMatchObject({ code: 'BadRequest', message: expect.stringContaining('"mars"') });
});

describe('who may not is told what is missing', () => {
  test('a permission', async () => {
    await using viewer = await startTestServer(account.settings(VIEWER));
    expect((await post(viewer.url, 'fsx/DescribeFileSystems', {})).status).toBe(200);
    const refused = await post(viewer.url, 'fsx/CancelDataRepositoryTask', { TaskId: 'task-0123456789abcdef0' });
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({
      code: 'AccessDeniedException',
      permission: 'fsx:CancelDataRepositoryTask',
    });
  });

  test.each([
    ['a wrong secret', { ...ADMIN, secretAccessKey: 'a-wrong-secret' }, 'InvalidSignatureException'],
    ['an unknown key', { ...ADMIN, accessKeyId: 'AKIANOBODY000000' }, 'UnrecognizedClientException'],
    ['no credentials', {}, 'NoCredentials'],
  ])('%s', async (_what, key, code) => {
    await using other = await startTestServer(account.settings(key));
    const refused = await post(other.url, 'tasks/list', {
      filter: { operation: 'and', tokens: [] },
      sort: { property: 'created', descending: true },
      page: 1,
      pageSize: 10,
    });
    expect(refused.status).toBe(401);
    expect(refused.json()).toMatchObject({ code });
  });
});

describe('what failed is read from the completion report in S3', () => {
  type Failures = EngineOutput<'ListTaskFailures'>;
  const failures = async (url: string, input: object): Promise<Failures> =>
    decodeEngineOutput('ListTaskFailures', (await post(url, 'engine/ListTaskFailures', input)).json());

  const NAMES = ['=1+1.denied', 'a,b.denied', 'a"b".denied', 'x/1.denied', 'x/2.denied', 'z.denied'];
  const failedTask = async (Report: { Enabled: boolean; Path?: string }) => {
    const { id } = await account.makeFileSystem();
    account.write(id, Object.fromEntries(['fine', ...NAMES].map((name) => [name, name])));
    const { DataRepositoryTask: task } = await account.fsx.createDataRepositoryTask({
      FileSystemId: id,
      Type: 'EXPORT_TO_REPOSITORY',
      Report: Report.Path
        ? {
            ...Report,
            Path: `s3://${BUCKET}/${id}/${Report.Path}`,
            Format: 'REPORT_CSV_20191124',
            Scope: 'FAILED_FILES_ONLY',
          }
        : Report,
    });
    const TaskId = task?.TaskId ?? '';
    await account.ended(TaskId);
    return { TaskId, key: `${id}/${Report.Path}/${TaskId}/failures.csv` };
  };

  test('as the engine tells it, page by page, and read once', async () => {
    const { TaskId, key } = await failedTask({ Enabled: true, Path: 'reports' });
    const first = await failures(server.url, { TaskId, MaxResults: 4 });
    const last = await failures(server.url, { TaskId, MaxResults: 4, After: first.Failures.at(-1)?.Path });
    const told = await failures(account.server.url, { TaskId });
    const withoutDetail = (all: Failures) => all.Failures.map(({ Path, Code }) => ({ Path, Code }));
    expect(withoutDetail(first)).toHaveLength(4);
    expect([...withoutDetail(first), ...withoutDetail(last)]).toEqual(withoutDetail(told));
    expect([first.More, last.More]).toEqual([true, false]);
    expect(first.Codes).toEqual([{ Code: 'S3AccessDenied', Count: 6 }]);
    expect((await failures(server.url, { TaskId, Code: 'S3Error' })).Failures).toEqual([]);
    expect(account.s3.requests({ operation: 'GetObject', key })).toHaveLength(1);
  });

  test('or the answer says why there is none', async () => {
    const { TaskId, key } = await failedTask({ Enabled: true, Path: 'gone' });
    using s3 = Object.assign(
      new S3Client({ region: 'us-east-1', endpoint: account.s3.url, forcePathStyle: true, credentials: ADMIN }),
      { [Symbol.dispose]: () => s3.destroy() },
    );
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    const gone = await post(server.url, 'engine/ListTaskFailures', { TaskId });
    expect(gone.status).toBe(404);
    expect(gone.json()).toMatchObject({ code: 'ReportNotFound', message: expect.stringContaining(key) });

    const disabled = await failedTask({ Enabled: false });
    expect((await post(server.url, 'engine/ListTaskFailures', { TaskId: disabled.TaskId })).json()).toMatchObject({
      code: 'UnsupportedOperation',
      message: expect.stringContaining('disabled'),
    });
    const unknown = await post(server.url, 'engine/ListTaskFailures', { TaskId: 'task-00000000000000000' });
    expect(unknown.json()).toMatchObject({ code: 'DataRepositoryTaskNotFound' });
  });

  test('S3 itself may refuse', async () => {
    const { TaskId, key } = await failedTask({ Enabled: true, Path: 'hidden' });
    account.s3.addFault({
      match: { operation: 'GetObject', key },
      count: 1,
      action: { type: 'error', status: 403, code: 'AccessDenied' },
    });
    const refused = await post(server.url, 'engine/ListTaskFailures', { TaskId });
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({ code: 'AccessDeniedException', permission: 's3:GetObject' });
    // A refusal is not kept.
    expect((await failures(server.url, { TaskId })).Failures).toHaveLength(6);
  });
});

test('a data repository is browsed level by level, a directory once; the engine alone tells the rest', async () => {
  const { id, associationId: AssociationId } = await account.makeFileSystem();
  account.write(id, { a: '1', 'b/1': '22', 'b/2': '22', 'c/d/1': '', e: '333' });
  const { DataRepositoryTask: task } = await account.fsx.createDataRepositoryTask({
    FileSystemId: id,
    Type: 'EXPORT_TO_REPOSITORY',
    Report: { Enabled: false },
  });
  await account.ended(task?.TaskId ?? '');
  const list = async (input: object) => {
    const answer = await post(server.url, 'engine/ListRepository', { AssociationId, Path: '', ...input });
    return decodeEngineOutput('ListRepository', answer.json());
  };
  const first = await list({ MaxResults: 2 });
  expect(first.Entries.map(({ Name, Kind }) => [Name, Kind])).toEqual([
    ['a', 'file'],
    ['b/', 'directory'],
  ]);
  expect(first.More).toBe(true);
  const rest = await list({ MaxResults: 2, After: 'b/' });
  expect(rest.Entries.map(({ Name }) => Name)).toEqual(['c/', 'e']);
  expect(rest.More).toBe(false);
  expect((await list({ Path: 'b/' })).Entries.map(({ Name }) => Name)).toEqual(['1', '2']);

  const refused = await post(server.url, 'engine/DescribeTaskWork', { TaskId: task?.TaskId });
  expect(refused.json()).toMatchObject({ code: 'UnsupportedOperation' });
});

/** A way to the account that counts requests, and throttles those that `refuses` picks by their number. */
const startToll = async (target: string, refuses: (number: number) => boolean) => {
  let passed = 0;
  const toll = createServer((request, response) => {
    passed += 1;
    if (refuses(passed)) {
      response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }));
      request.resume();
      return;
    }
    const { method, headers, url = '/' } = request;
    const onwards = forward(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onwards);
  }).listen(0, '127.0.0.1');
  await once(toll, 'listening');
  return {
    // It listens on TCP.
    url: `http://127.0.0.1:${(toll.address() as AddressInfo).port}`,
    passed: () => passed,
    [Symbol.dispose]: () => {
      toll.closeAllConnections();
      toll.close();
    },
  };
};

const fileSystem = (number: number) => ({ FileSystemIds: [`fs-${number.toString(16).padStart(17, '0')}`] });

describe('the account is not asked faster than it should be', () => {
  test('many tabs share answers, and all together keep to the pace', async () => {
    using toll = await startToll(account.server.url, () => false);
    await using back = await startTestServer({ ...account.settings(), AWS_ENDPOINT_URL_FSX: toll.url });
    const same = await Promise.all(Array.from({ length: 20 }, () => post(back.url, 'fsx/DescribeFileSystems', {})));
    expect(new Set(same.map(({ status }) => status))).toEqual(new Set([200]));
    const shared = toll.passed();
    expect(shared).toBeLessThan(5);

    const begun = performance.now();
    const different = Array.from({ length: 30 }, (_, number) =>
      post(back.url, 'fsx/DescribeFileSystems', fileSystem(number)),
    );
    const codes = (await Promise.all(different)).map((answer) => answer.json()['code']);
    expect(new Set(codes)).toEqual(new Set(['FileSystemNotFound']));
    expect(toll.passed() - shared).toBe(30);
    // Ten at once, and five for each second after that: however slow the machine, not sooner.
    expect(performance.now() - begun).toBeGreaterThan(3900);
  });

  test('what AWS throttles is asked again, more slowly, and the page never knows', async () => {
    using toll = await startToll(account.server.url, (number) => number <= 2);
    await using back = await startTestServer({ ...account.settings(), AWS_ENDPOINT_URL_FSX: toll.url });
    expect((await post(back.url, 'fsx/DescribeFileSystems', {})).status).toBe(200);
    expect(toll.passed()).toBe(3);
  });
});
