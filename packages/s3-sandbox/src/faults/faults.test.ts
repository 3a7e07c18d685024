import { performance } from 'node:perf_hooks';

import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { FaultRule, Sandbox } from '../server.ts';
import { openSandbox } from '../testing.ts';

/** A sandbox and requests as plain HTTP, so that nothing is retried or smoothed over. */
async function open(rule?: FaultRule) {
  const sandbox = await openSandbox();
  const fault = rule === undefined ? undefined : sandbox.addFault(rule);
  const url = (key: string) => `${sandbox.url}/data/${key}`;
  return {
    sandbox,
    fault,
    put: (key: string, body: string | Buffer = 'bytes') => fetch(url(key), { method: 'PUT', body }),
    get: (key: string) => fetch(url(key)),
  };
}

const codeOf = async (response: Response) =>
  `${/<Code>(.*)<\/Code>/.exec(await response.text())?.[1]} ${response.status}`;

/** Why a fetch failed below HTTP. */
async function failureOf(request: Promise<Response>): Promise<unknown> {
  const error: unknown = await request.then((response) => response.arrayBuffer()).catch((reason: unknown) => reason);
  return error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error;
}

const endedPut = (sandbox: Sandbox, key: string) =>
  sandbox.waitForRequest(
    (record) => record.operation === 'PutObject' && record.key === key && record.state === 'ended',
  );

describe('a fault', () => {
  it.each([
    [503, 'SlowDown'],
    [500, 'InternalError'],
    [403, 'AccessDenied'],
  ])('answers with %i %s, and nothing is done', async (status, code) => {
    const { put, get } = await open({ match: { method: 'PUT' }, action: { type: 'error', status, code } });
    expect(await codeOf(await put('key'))).toBe(`${code} ${status}`);
    expect(await codeOf(await get('key'))).toBe('NoSuchKey 404');
  });

  it('redirects', async () => {
    const { sandbox } = await open({ action: { type: 'redirect', location: 'http://127.0.0.1:1/elsewhere' } });
    const response = await fetch(`${sandbox.url}/data/key`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/elsewhere']);
    await response.arrayBuffer();
  });

  it('resets the connection before anything is done', async () => {
    const { sandbox, put } = await open({ action: { type: 'reset', at: 'start' }, count: 1 });
    expect(await failureOf(put('key'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(sandbox.requests()).toMatchObject([{ operation: 'PutObject', outcome: 'cut', state: 'ended' }]);
    expect((await put('key')).status).toBe(200);
  });

  it('resets the connection in the body of a put, and nothing is kept', async () => {
    const { sandbox, put, get } = await open({
      match: { method: 'PUT' },
      action: { type: 'reset', at: 'body', afterBytes: 100_000 },
    });
    expect(await failureOf(put('large', Buffer.alloc(4_000_000)))).toMatch(/ECONNRESET|EPIPE|UND_ERR_SOCKET/);
    expect((await endedPut(sandbox, 'large')).outcome).toBe('cut');
    expect(await codeOf(await get('large'))).toBe('NoSuchKey 404');
    expect((await put('small')).status).toBe(200);
  });

  it('resets the connection in the body of an answer', async () => {
    const { put, get } = await open({
      match: { method: 'GET' },
      action: { type: 'reset', at: 'body', afterBytes: 100_000 },
    });
    await put('large', Buffer.alloc(4_000_000));
    expect(await failureOf(get('large'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });

  it('loses the answer when the work is done', async () => {
    const { sandbox, put, get } = await open({ match: { method: 'PUT' }, action: { type: 'reset', at: 'answer' } });
    expect(await failureOf(put('key'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await (await get('key')).text()).toBe('bytes');
    expect(sandbox.requests({ operation: 'PutObject' })).toMatchObject([{ outcome: 'cut', status: 200 }]);
  });

  it.each(['start', 'answer'] as const)('hangs at the %s until the client goes or the fault is removed', async (at) => {
    const { sandbox, fault, put } = await open({ match: { key: 'key-*' }, action: { type: 'hang', at } });
    const impatient = new AbortController();
    const first = fetch(`${sandbox.url}/data/key-1`, { method: 'PUT', body: 'bytes', signal: impatient.signal });
    await sandbox.waitForRequest(({ key, state }) => key === 'key-1' && state === 'held');
    impatient.abort();
    await expect(first).rejects.toThrow('aborted');
    expect((await endedPut(sandbox, 'key-1')).outcome).toBe('aborted');
    const second = put('key-2');
    await sandbox.waitForRequest(({ key, state }) => key === 'key-2' && state === 'held');
    fault?.remove();
    expect(await failureOf(second)).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    // What hung behind the work has done it.
    sandbox.clearFaults();
    expect((await fetch(`${sandbox.url}/data/key-2`)).status).toBe(at === 'answer' ? 200 : 404);
  });

  it('slows bodies down, in both directions', async () => {
    const { sandbox, put, get } = await open({
      match: { key: 'key' },
      action: { type: 'slow', bytesPerSecond: 200_000 },
    });
    const body = Buffer.alloc(100_000, 'x');
    const started = performance.now();
    expect((await put('key', body)).status).toBe(200);
    const [record] = sandbox.requests();
    // Half a second less what was in one piece at the end; timers may be early by a millisecond.
    expect(Number(record?.endedAt) - Number(record?.startedAt)).toBeGreaterThan(300);
    const middle = performance.now();
    expect(middle - started).toBeGreaterThan(300);
    expect(Buffer.from(await (await get('key')).arrayBuffer()).equals(body)).toBe(true);
    expect(performance.now() - middle).toBeGreaterThan(450);
  });

  it('truncates what a get reads', async () => {
    const { sandbox, put, get } = await open({ match: { method: 'GET' }, action: { type: 'truncate', afterBytes: 3 } });
    await put('key', 'bytes');
    const response = await get('key');
    expect(response.headers.get('content-length')).toBe('5');
    const read: Buffer[] = [];
    const body = async () => {
      for await (const chunk of response.body ?? []) read.push(Buffer.from(chunk));
    };
    await expect(body()).rejects.toThrow('terminated');
    expect(Buffer.concat(read).toString()).toBe('byt');
    expect(sandbox.requests({ method: 'GET' })).toMatchObject([{ outcome: 'cut' }]);
  });

  it('corrupts what a get reads, and says nothing of it', async () => {
    const { put, get } = await open({ match: { method: 'GET' }, action: { type: 'corrupt' }, count: 1 });
    const etag = (await put('key', 'bytes')).headers.get('etag');
    const response = await get('key');
    expect(response.headers.get('etag')).toBe(etag);
    expect(await response.text()).toBe('cytes');
    expect(await (await get('key')).text()).toBe('bytes');
  });

  it.each(['start', 'answer'] as const)('holds requests at a gate at the %s until they are released', async (at) => {
    const { sandbox, fault, put } = await open({ match: { method: 'PUT' }, action: { type: 'gate', at } });
    const puts = ['a', 'b', 'c'].map((key) => put(key));
    for (const name of ['a', 'b', 'c'])
      await sandbox.waitForRequest(({ key, state }) => key === name && state === 'held');
    expect(fault?.held).toBe(3);
    const statusOf = async (key: string) => (await fetch(`${sandbox.url}/data/${key}`)).status;
    expect(await statusOf('a')).toBe(at === 'answer' ? 200 : 404);
    fault?.release(1);
    expect((await Promise.race(puts)).status).toBe(200);
    expect(fault?.held).toBe(2);
    fault?.release();
    expect(fault?.held).toBe(0);
    for (const request of puts) expect((await request).status).toBe(200);
    expect((await put('d')).status).toBe(200);
    expect(await statusOf('c')).toBe(200);
  });

  it('lets what is held go on when it is removed', async () => {
    const { sandbox, fault, put } = await open({ match: { method: 'PUT' }, action: { type: 'gate', at: 'start' } });
    const request = put('key');
    await sandbox.waitForRequest(({ state }) => state === 'held');
    fault?.remove();
    expect((await request).status).toBe(200);
  });

  it('fails a completion inside a 200, and the parts are still there', async () => {
    const sandbox = await openSandbox();
    const client = new S3Client({
      endpoint: sandbox.url,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    onTestFinished(() => client.destroy());
    sandbox.addFault({
      match: { operation: 'CompleteMultipartUpload' },
      action: { type: 'error', status: 200, code: 'InternalError' },
      count: 1,
    });
    const named = { Bucket: 'data', Key: 'key' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(named));
    const part = { ...named, UploadId, PartNumber: 1, Body: 'bytes' };
    const { ETag } = await client.send(new UploadPartCommand(part));
    const completion = { ...named, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    await expect(client.send(new CompleteMultipartUploadCommand(completion))).rejects.toMatchObject({
      name: 'InternalError',
    });
    await expect(client.send(new HeadObjectCommand(named))).rejects.toMatchObject({ name: 'NotFound' });
    await client.send(new CompleteMultipartUploadCommand(completion));
    const got = await client.send(new GetObjectCommand(named));
    expect(await got.Body?.transformToString()).toBe('bytes');
  });

  it('is retried by the SDK like a failure of S3', async () => {
    const sandbox = await openSandbox();
    const client = new S3Client({
      endpoint: sandbox.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    onTestFinished(() => client.destroy());
    sandbox.addFault({ action: { type: 'error', status: 500, code: 'InternalError' }, count: 2 });
    const { $metadata } = await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'key', Body: 'bytes' }));
    expect($metadata.attempts).toBe(3);
    expect(sandbox.requests().map(({ status }) => status)).toEqual([500, 500, 200]);
  });
});

describe('a rule', () => {
  const error = { type: 'error', status: 503, code: 'SlowDown' } as const;

  it('fits by operation, method, bucket, glob and regular expression', async () => {
    const { sandbox, put, get } = await open();
    const statuses = async () => [(await put('dir/a.txt')).status, (await get('dir/a.txt')).status];
    const hits = async (match: NonNullable<FaultRule['match']>) => {
      const fault = sandbox.addFault({ match, action: error });
      const found = await statuses();
      fault.remove();
      return found;
    };
    expect(await statuses()).toEqual([200, 200]);
    expect(await hits({ operation: 'PutObject' })).toEqual([503, 200]);
    expect(await hits({ operation: ['GetObject', 'HeadObject'] })).toEqual([200, 503]);
    expect(await hits({ method: 'PUT' })).toEqual([503, 200]);
    expect(await hits({ bucket: 'data' })).toEqual([503, 503]);
    expect(await hits({ bucket: 'other*' })).toEqual([200, 200]);
    expect(await hits({ key: 'dir/*' })).toEqual([503, 503]);
    expect(await hits({ key: '*.txt' })).toEqual([503, 503]);
    expect(await hits({ key: 'dir/?.txt' })).toEqual([503, 503]);
    expect(await hits({ key: 'dir/' })).toEqual([200, 200]);
    expect(await hits({ key: 'dir/a+txt' })).toEqual([200, 200]);
    expect(await hits({ keyPattern: '^dir/[a-c]\\.' })).toEqual([503, 503]);
    expect(await hits({ keyPattern: '\\d' })).toEqual([200, 200]);
    expect(await hits({ method: 'PUT', key: 'other' })).toEqual([200, 200]);
  });

  it('takes the nth request, or some, or each key by itself', async () => {
    const { sandbox, put } = await open();
    const statuses = async (rule: Partial<FaultRule>, keys: string) => {
      const fault = sandbox.addFault({ action: error, ...rule });
      const found = [];
      for (const key of keys) found.push((await put(key)).status === 503 ? 'x' : '.');
      fault.remove();
      return found.join('');
    };
    expect(await statuses({ skip: 2, count: 1 }, 'aaaaa')).toBe('..x..');
    expect(await statuses({ count: 2 }, 'abcd')).toBe('xx..');
    expect(await statuses({ count: 1, perKey: true }, 'aabba')).toBe('x.x..');
    expect(await statuses({ probability: 0 }, 'aaaa')).toBe('....');
    expect(await statuses({ probability: 0.5 }, 'a'.repeat(100))).toMatch(/x.*\..*x|\..*x.*\./);
  });

  it('comes before later ones, and counts its hits', async () => {
    const { sandbox, put } = await open();
    const first = sandbox.addFault({ action: error, count: 1 });
    const second = sandbox.addFault({ action: { ...error, status: 500, code: 'InternalError' } });
    expect([(await put('a')).status, (await put('b')).status, (await put('c')).status]).toEqual([503, 500, 500]);
    expect([first.hits, second.hits]).toEqual([1, 2]);
    expect(sandbox.requests().map(({ fault }) => fault)).toEqual([first.id, second.id, second.id]);
    sandbox.clearFaults();
    expect((await put('d')).status).toBe(200);
    expect(sandbox.faults()).toEqual([]);
  });
});

describe('names that misbehave', () => {
  it('are as the README says', async () => {
    const sandbox = await openSandbox({ buckets: ['data', 'deny-writes'] });
    const put = (path: string) => fetch(`${sandbox.url}/${path}`, { method: 'PUT', body: 'bytes' });
    const get = (path: string) => fetch(`${sandbox.url}/${path}`);
    expect(await codeOf(await put('deny-writes/key'))).toBe('AccessDenied 403');
    expect(await codeOf(await get('deny-writes/key'))).toBe('NoSuchKey 404');
    expect(await codeOf(await put('data/a.denied'))).toBe('AccessDenied 403');
    const flaky = [await put('data/a.flaky-twice'), await put('data/a.flaky-twice'), await put('data/a.flaky-twice')];
    expect(flaky.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(await failureOf(put('data/a.reset'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await failureOf(put('data/a.lost-answer'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await (await get('data/a.lost-answer')).text()).toBe('bytes');
    await put('data/a.corrupt');
    expect(await (await get('data/a.corrupt')).text()).toBe('cytes');
    await put('data/a.truncated');
    await expect((await get('data/a.truncated')).text()).rejects.toThrow('terminated');
    expect((await put('data/a.slow')).status).toBe(200);
    const impatient = new AbortController();
    const hanging = fetch(`${sandbox.url}/data/a.hang`, { signal: impatient.signal });
    await sandbox.waitForRequest(({ key, state }) => key === 'a.hang' && state === 'held');
    impatient.abort();
    await expect(hanging).rejects.toThrow('aborted');
  });

  it('can be told to behave', async () => {
    const sandbox = await openSandbox({ sentinels: false });
    const response = await fetch(`${sandbox.url}/data/a.denied`, { method: 'PUT', body: 'bytes' });
    expect(response.status).toBe(200);
  });
});
