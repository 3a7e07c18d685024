import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { startSandbox } from './server.ts';
import { openSandbox, temporaryDirectory } from './testing.ts';

/** A request with headers that fetch does not let through. */
async function send(url: string, options: RequestOptions, body?: string) {
  const request = httpRequest(url, options);
  let continued = false;
  request.on('continue', () => {
    continued = true;
    request.end(body);
  });
  if (options.headers !== undefined && 'expect' in options.headers) request.flushHeaders();
  else request.end(body);
  const [response] = await once(request, 'response');
  const answer = { status: response.statusCode, headers: response.headers, body: await text(response), continued };
  request.destroy();
  return answer;
}

const codeOf = (body: string) => /<Code>(.*)<\/Code>/.exec(body)?.[1];

describe('the sandbox', () => {
  it('serves at its url until it is closed, and closing twice does no harm', async () => {
    const sandbox = await openSandbox();
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect((await fetch(`${sandbox.url}/data`)).status).toBe(200);
    await sandbox.close();
    await sandbox.close();
    await expect(fetch(`${sandbox.url}/data`)).rejects.toThrow('fetch failed');
  });

  it('keeps what it holds over a close, and makes only the buckets that are missing', async () => {
    const directory = temporaryDirectory();
    const first = await openSandbox({ directory });
    await fetch(`${first.url}/data/key`, { method: 'PUT', body: 'bytes', headers: { 'x-amz-meta-a': 'b' } });
    await first.close();
    const second = await openSandbox({ directory, buckets: ['data', 'other'] });
    const response = await fetch(`${second.url}/data/key`);
    expect([await response.text(), response.headers.get('x-amz-meta-a')]).toEqual(['bytes', 'b']);
    expect(await (await fetch(second.url)).text()).toMatch(/<Name>data<.*<Name>other</);
  });

  it('keeps the parts of uploads over a close', async () => {
    const directory = temporaryDirectory();
    const first = await openSandbox({ directory });
    const key = '/data/dir/key';
    const begun = await (await fetch(`${first.url}${key}?uploads`, { method: 'POST' })).text();
    const id = /<UploadId>(.*)<\/UploadId>/.exec(begun)?.[1];
    await fetch(`${first.url}${key}?uploadId=${id}&partNumber=1`, { method: 'PUT', body: 'bytes' });
    await first.close();
    const second = await openSandbox({ directory });
    const part = `<Part><PartNumber>1</PartNumber><ETag>${createHash('md5').update('bytes').digest('hex')}</ETag></Part>`;
    const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    expect((await fetch(`${second.url}${key}?uploadId=${id}`, { method: 'POST', body })).status).toBe(200);
    expect(await (await fetch(second.url + key)).text()).toBe('bytes');
    expect(await (await fetch(`${second.url}/data?uploads`)).text()).not.toContain('<Upload>');
    expect(readdirSync(join(directory, '.s3/data/uploads'))).toEqual([]);
  });

  it('checks the conditions of a write again when its body is there', async () => {
    const sandbox = await openSandbox();
    const url = `${sandbox.url}/data/key`;
    const headers = { 'if-none-match': '*', 'content-length': 10 };
    const slow = httpRequest(url, { method: 'PUT', headers });
    slow.write('first');
    await sandbox.waitForRequest(({ key }) => key === 'key');
    expect((await fetch(url, { method: 'PUT', body: 'second' })).status).toBe(200);
    slow.end(' one.');
    const [response] = await once(slow, 'response');
    expect([response.statusCode, codeOf(await text(response))]).toEqual([412, 'PreconditionFailed']);
    expect(await (await fetch(url)).text()).toBe('second');
  });

  it('closes at once, whatever is going on', async () => {
    const sandbox = await openSandbox();
    sandbox.addFault({ match: { key: 'held' }, action: { type: 'gate', at: 'start' } });
    sandbox.addFault({ match: { key: 'hung' }, action: { type: 'hang', at: 'answer' } });
    sandbox.addFault({ match: { key: 'slow' }, action: { type: 'slow', bytesPerSecond: 1 } });
    const requests = ['held', 'hung', 'slow'].map((key) =>
      fetch(`${sandbox.url}/data/${key}`, { method: 'PUT', body: 'bytes' }).catch(() => 'cut'),
    );
    for (const key of ['held', 'hung'])
      await sandbox.waitForRequest((record) => record.key === key && record.state === 'held');
    await sandbox.waitForRequest(({ key }) => key === 'slow');
    await sandbox.close();
    expect(await Promise.all(requests)).toEqual(['cut', 'cut', 'cut']);
  });

  it('does not start on a port in use, and leaves the directory free', async () => {
    const first = await openSandbox();
    const directory = temporaryDirectory();
    await expect(startSandbox({ directory, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await openSandbox({ directory });
  });

  it('does not start with a bucket name that S3 does not allow', async () => {
    const directory = join(temporaryDirectory(), 'new');
    await expect(startSandbox({ directory, buckets: ['No'] })).rejects.toThrow('bucket name No');
  });

  it('answers errors as S3 does: XML, code, resource and request id', async () => {
    const sandbox = await openSandbox();
    const response = await fetch(`${sandbox.url}/data/dir/none%20%26`);
    const id = response.headers.get('x-amz-request-id');
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/xml']);
    expect(await response.text()).toMatch(
      new RegExp(`<Error><Code>NoSuchKey</Code><Message>.+<Resource>/data/dir/none &amp;</.*<RequestId>${id}</`, 's'),
    );
  });

  it.each([
    ['GET', '/data?acl', 'NotImplemented'],
    ['GET', '/data/key?versionId=1', 'NotImplemented'],
    ['POST', '/data', 'NotImplemented'],
    ['PATCH', '/data/key', 'MethodNotAllowed'],
    ['GET', '/data/%ff', 'InvalidURI'],
    ['GET', '/data?list-type=2&continuation-token=mine', 'InvalidArgument'],
    ['GET', '/data?max-keys=many', 'InvalidArgument'],
    ['GET', '/data?encoding-type=base64', 'InvalidArgument'],
  ])('refuses %s %s with %s', async (method, path, code) => {
    const sandbox = await openSandbox();
    const { body } = await send(sandbox.url, { method, path });
    expect(codeOf(body)).toBe(code);
  });

  it('wants a checksum with DeleteObjects, XML that is XML, and a length with a body', async () => {
    const sandbox = await openSandbox();
    const post = async (body: string, headers: Record<string, string>) =>
      codeOf((await send(`${sandbox.url}/data?delete`, { method: 'POST', headers }, body)).body);
    const md5 = (body: string) => ({ 'content-md5': createHash('md5').update(body).digest('base64') });
    const xml = '<Delete><Object><Key>a</Key></Object></Delete>';
    expect(await post(xml, {})).toBe('InvalidRequest');
    expect(await post('<Delete>', md5('<Delete>'))).toBe('MalformedXML');
    expect(await post('<Other/>', md5('<Other/>'))).toBe('MalformedXML');
    expect(await post(xml, md5(xml))).toBeUndefined();
    const chunked = { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } };
    expect(codeOf((await send(`${sandbox.url}/data/key`, chunked, 'bytes')).body)).toBe('MissingContentLength');
  });

  it('asks for the body only when it wants it', async () => {
    const sandbox = await openSandbox();
    const put = (bucket: string) =>
      send(
        `${sandbox.url}/${bucket}/key`,
        { method: 'PUT', headers: { expect: '100-continue', 'content-length': 5 } },
        'bytes',
      );
    expect(await put('data')).toMatchObject({ status: 200, continued: true });
    const refused = await put('none');
    expect(refused).toMatchObject({ status: 404, continued: false, headers: { connection: 'close' } });
  });

  it('has no ears for web pages: other host names, writes with an Origin', async () => {
    const sandbox = await openSandbox();
    const status = async (options: RequestOptions) => (await send(`${sandbox.url}/data/key`, options)).status;
    const { port } = sandbox;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]', 'data.localhost', '127.9.9.9']) {
      expect(await status({ headers: { host } })).toBe(404);
    }
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', 'localhost@evil']) {
      expect(await status({ headers: { host } })).toBe(403);
    }
    for (const method of ['PUT', 'POST', 'DELETE']) {
      expect(await status({ method, headers: { origin: 'https://evil.example' } })).toBe(403);
    }
    expect(await status({ method: 'GET', headers: { origin: 'https://evil.example' } })).toBe(404);
    expect(sandbox.requests({ status: 404 })).toHaveLength(6);
  });

  it('takes any signature, and none, when it has no key', async () => {
    const sandbox = await openSandbox();
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/b, Signature=c' };
    expect((await fetch(`${sandbox.url}/data`, { headers })).status).toBe(200);
    expect((await fetch(`${sandbox.url}/data?X-Amz-Signature=x`)).status).toBe(200);
  });
});

describe('a presigned URL', () => {
  const credentials = { accessKeyId: 'KEY', secretAccessKey: 'secret' };

  /** Signature Version 4 in the query, written from its description. */
  function presign(url: string, method: string, age = 0, expires = 60): string {
    const target = new URL(url);
    const time = new Date(Date.now() - age * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const query = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      `X-Amz-Credential=${encodeURIComponent(`KEY/${scope}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${expires}`,
      'X-Amz-SignedHeaders=host',
    ].join('&');
    const canonical = [method, target.pathname, query, `host:${target.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
      '\n',
    );
    const hash = createHash('sha256').update(canonical).digest('hex');
    let key = Buffer.from('AWS4secret');
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    const signature = createHmac('sha256', key)
      .update(['AWS4-HMAC-SHA256', time, scope, hash].join('\n'))
      .digest('hex');
    return `${url}?${query}&X-Amz-Signature=${signature}`;
  }

  it('reads and writes for its time and for nothing else', async () => {
    const sandbox = await openSandbox({ credentials });
    const url = `${sandbox.url}/data/dir/key%20%2B`;
    const answer = async (signed: string, options: RequestInit = {}) => {
      const response = await fetch(signed, options);
      return response.status === 200 ? response.text() : codeOf(await response.text());
    };
    const put = { method: 'PUT', body: 'bytes' };
    expect(await answer(presign(url, 'PUT'), put)).toBe('');
    expect(await answer(presign(url, 'GET'))).toBe('bytes');
    expect(await answer(url)).toBe('AccessDenied');
    expect(await answer(presign(url, 'GET'), put)).toBe('SignatureDoesNotMatch');
    expect(await answer(presign(url, 'GET').replace('dir/key', 'dir/other'))).toBe('SignatureDoesNotMatch');
    expect(await answer(presign(url, 'GET', 120))).toBe('AccessDenied');
    expect(await answer(presign(url, 'GET', 0, 604_801))).toBe('AuthorizationQueryParametersError');
    expect(await answer(presign(url, 'GET').replace('KEY', 'OTHER'))).toBe('InvalidAccessKeyId');
    expect(await answer(presign(url, 'GET'), { headers: { 'x-amz-checksum-mode': 'ENABLED' } })).toBe('AccessDenied');
  });
});

describe('the request log', () => {
  it('says what was asked, when, and how it ended', async () => {
    const sandbox = await openSandbox();
    const before = Date.now();
    await fetch(`${sandbox.url}/data/dir/key?x-id=PutObject`, { method: 'PUT', body: 'bytes' });
    await fetch(`${sandbox.url}/data/none`);
    const [put, get] = sandbox.requests();
    expect(put).toMatchObject({
      sequence: 1,
      operation: 'PutObject',
      method: 'PUT',
      bucket: 'data',
      key: 'dir/key',
      query: { 'x-id': 'PutObject' },
      state: 'ended',
      status: 200,
      outcome: 'answered',
    });
    expect(get).toMatchObject({ sequence: 2, operation: 'GetObject', status: 404, code: 'NoSuchKey' });
    expect(put?.startedAt).toBeGreaterThan(before - 1000);
    expect(Number(put?.endedAt)).toBeGreaterThanOrEqual(Number(put?.startedAt));
    expect(sandbox.requests({ operation: 'PutObject' })).toEqual([put]);
    sandbox.clearRequests();
    expect(sandbox.requests()).toEqual([]);
  });

  it('is waited on for what has been and for what is to come', async () => {
    const sandbox = await openSandbox();
    const coming = sandbox.waitForRequest(({ key, state }) => key === 'key' && state === 'ended');
    await fetch(`${sandbox.url}/data/key`);
    expect(await coming).toMatchObject({ key: 'key', status: 404 });
    expect(await sandbox.waitForRequest(({ key }) => key === 'key')).toBe(await coming);
    const third = sandbox.waitForRequest(({ state }) => state === 'ended', { count: 3 });
    await fetch(`${sandbox.url}/data/second`);
    await fetch(`${sandbox.url}/data/third`);
    expect(await third).toMatchObject({ key: 'third' });
    const never = sandbox.waitForRequest(() => false, { signal: AbortSignal.timeout(20) });
    await expect(never).rejects.toThrow('timeout');
  });

  it('knows a client that went in the middle of its body', async () => {
    const sandbox = await openSandbox();
    const request = httpRequest(`${sandbox.url}/data/key`, { method: 'PUT', headers: { 'content-length': 1000 } });
    request.on('error', () => {});
    request.write('half');
    await sandbox.waitForRequest(({ key }) => key === 'key');
    request.destroy();
    const record = await sandbox.waitForRequest(({ state }) => state === 'ended');
    expect(record).toMatchObject({ operation: 'PutObject', outcome: 'aborted' });
    expect((await fetch(`${sandbox.url}/data/key`)).status).toBe(404);
  });
});
