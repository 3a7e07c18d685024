import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { consoleFiles } from './console-files.ts';
import { ask, startTestServer, temporaryFolder, type TestServer } from './testing.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ WORKERS: '1' });
});

afterAll(() => server[Symbol.asyncDispose]());

const api = (operation: string, body: string, headers: Record<string, string> = {}) =>
  ask(`${server.url}/api/fsx/${operation}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });

describe("the console's back end", () => {
  test('says where the console looks', async () => {
    const answer = await ask(`${server.url}/api/context`);
    expect(answer.json()).toEqual({
      region: 'us-east-1',
      regions: ['us-east-1'],
      target: 'engine',
      s3Endpoint: server.s3Endpoint,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  test('passes operations on and answers in AWS JSON', async () => {
    const created = await api(
      'CreateFileSystem',
      JSON.stringify({
        FileSystemType: 'LUSTRE',
        StorageCapacity: 1200,
        SubnetIds: ['subnet-00000000'],
        Tags: [{ Key: 'Name', Value: 'Größe' }],
      }),
      { Origin: server.url, 'Sec-Fetch-Site': 'same-origin' },
    );
    expect(created.status).toBe(200);
    expect(created.headers.get('content-type')).toMatch(/^application\/json/);
    const described = await api('DescribeFileSystems', '{}');
    expect(described.json()).toMatchObject({
      FileSystems: [{ CreationTime: expect.any(Number), Tags: [{ Key: 'Name', Value: 'Größe' }] }],
    });
  });

  test('says what FSx refused, with its code, words and request ID', async () => {
    const answer = await api('CancelDataRepositoryTask', '{"TaskId": "task-0123456789abcdef0"}');
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      code: 'DataRepositoryTaskNotFound',
      message: expect.stringContaining('task-0123456789abcdef0'),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test.each([
    ['CancelDataRepositoryTask', '{}', 400, 'BadRequest'],
    ['CancelDataRepositoryTask', 'TaskId=1', 400, 'SerializationException'],
    ['DescribeBackups', '{}', 400, 'UnknownOperationException'],
    ['__proto__', '{}', 400, 'UnknownOperationException'],
    ['%E0%A4%A', '{}', 400, 'SerializationException'],
  ])('%s with a body such as %s is answered by %d %s', async (operation, body, status, code) => {
    const answer = await api(operation, body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code, message: expect.stringMatching(/\.$/), requestId: expect.any(String) });
  });

  test('2 MiB are too much', async () => {
    const answer = await api('DescribeFileSystems', JSON.stringify({ NextToken: 'x'.repeat(2 * 1024 * 1024) }));
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'RequestEntityTooLarge' });
  });

  test('takes only JSON, and only from its own pages', async () => {
    const refused = [
      await api('DescribeFileSystems', '{}', { 'Content-Type': 'text/plain' }),
      await api('DescribeFileSystems', '{}', { Origin: 'http://evil.example' }),
      await api('DescribeFileSystems', '{}', { Origin: 'null' }),
      await api('DescribeFileSystems', '{}', { 'Sec-Fetch-Site': 'cross-site' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(refused.map((answer) => answer.json()['code'])).toEqual([
      'SerializationException',
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
    ]);
  });

  test('has no other routes', async () => {
    for (const [method, path] of [
      ['GET', '/api/fsx/DescribeFileSystems'],
      ['POST', '/api/context'],
      ['GET', '/api'],
      ['GET', '/api/'],
    ] as const) {
      const answer = await ask(server.url + path, { method });
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'UnknownOperationException' });
    }
  });

  test('says so when FSx cannot be reached', async () => {
    await using lost = await startTestServer({
      WORKERS: '0',
      AWS_ENDPOINT_URL_FSX: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    });
    const answer = await ask(`${lost.url}/api/fsx/DescribeFileSystems`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(502);
    expect(answer.json()).toEqual({
      code: 'NetworkError',
      message: 'The server could not reach FSx at http://127.0.0.1:1.',
    });
  });
});

test('an error of ours is answered without its details, which the log has', async () => {
  await using broken = await startTestServer({ WORKERS: '0' });
  const database = new DatabaseSync(join(broken.dataDirectory, 'drt.sqlite'));
  database.exec('PRAGMA foreign_keys = off; DROP TABLE tasks');
  database.close();

  const answer = await ask(broken.url, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'AWSSimbaAPIService_v20180301.DescribeDataRepositoryTasks' },
    body: '{}',
  });
  const requestId = answer.headers.get('x-amzn-requestid');
  expect(answer.status).toBe(500);
  expect(answer.json()).toEqual({
    __type: 'InternalServerError',
    Message: `An internal error occurred; the server's log has it under request ID ${requestId}.`,
  });
  const line = broken.process
    .errors()
    .split('\n')
    .find((each) => each.includes('request failed'));
  expect(JSON.parse(line ?? '')).toMatchObject({ requestId, err: { message: expect.stringContaining('tasks') } });

  const headers = { 'Content-Type': 'application/json' };
  const api = await ask(`${broken.url}/api/fsx/DescribeDataRepositoryTasks`, { method: 'POST', headers, body: '{}' });
  expect(api.status).toBe(500);
  expect(api.json()).toMatchObject({ code: 'InternalServerError', requestId: expect.any(String) });
  expect((await ask(`${broken.url}/healthz`)).status).toBe(200);
});

test('security headers are on every answer, errors too', async () => {
  const answers = await Promise.all([
    ask(server.url),
    ask(`${server.url}/healthz`),
    ask(`${server.url}/assets/missing.js`),
    ask(`${server.url}/api/context`),
    ask(`${server.url}/api/nothing`),
    ask(server.url, { method: 'POST', body: 'x' }),
    ask(server.url, { method: 'PUT' }),
    ask(`${server.url}/%`),
  ]);
  for (const { headers } of answers) {
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

describe('the files of the console', () => {
  const folder = temporaryFolder();
  const SCRIPT = 'console.log("a".repeat(1000));'.repeat(50);
  const PAGE = '<!doctype html><title>Console</title>';
  const FILE_SYSTEM_PAGE = '<!doctype html><title>A file system</title>';
  let http: ReturnType<typeof createServer>;
  let url: string;

  beforeAll(async () => {
    const dist = join(folder.path, 'dist');
    mkdirSync(join(dist, 'assets'), { recursive: true });
    writeFileSync(join(dist, 'index.html'), PAGE);
    mkdirSync(join(dist, 'pages'));
    writeFileSync(join(dist, 'pages/1.html'), FILE_SYSTEM_PAGE);
    writeFileSync(join(dist, '.routes.json'), '[{"path": "/fsx/file-systems/:id", "page": "pages/1.html"}]');
    writeFileSync(join(dist, 'favicon.svg'), '<svg/>');
    writeFileSync(join(dist, '.sources.sha256'), 'hash');
    writeFileSync(join(dist, 'assets/main-1a2b.js'), SCRIPT);
    writeFileSync(join(dist, 'assets/main-1a2b.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(dist, 'assets/main-1a2b.js.gz'), gzipSync(SCRIPT));
    writeFileSync(join(folder.path, 'secret.txt'), 'secret');
    http = createServer(express().get('/{*path}', consoleFiles(dist))).listen(0, '127.0.0.1');
    await once(http, 'listening');
    // It listens on TCP.
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    http.closeAllConnections();
    http.close();
    folder[Symbol.dispose]();
  });

  test.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
    ['br;q=0, gzip;q=0.5', 'gzip'],
  ])('a script, to a browser that accepts %s', async (accepted, coding) => {
    const answer = await ask(`${url}/assets/main-1a2b.js`, { headers: { 'Accept-Encoding': accepted } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-encoding')).toBe(coding);
    expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(answer.text).toBe(SCRIPT);
  });

  test.each([
    '/',
    '/index.html',
    '/fsx/data-repository-tasks',
    '/fsx/file-systems',
    '/fsx/file-systems/fs-0123456789abcdef0/associations/create',
  ])('%s is the page', async (path) => {
    const answer = await ask(url + path, { headers: { Accept: 'text/html' } });
    expect(answer.text).toBe(PAGE);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  });

  test('a path for which the build has written a page of its own gets that', async () => {
    const path = '/fsx/file-systems/fs-0123456789abcdef0?tab=data-repository';
    const answer = await ask(url + path, { headers: { Accept: 'text/html' } });
    expect(answer.text).toBe(FILE_SYSTEM_PAGE);
    expect(answer.headers.get('cache-control')).toBeNull();
  });

  test('other files are served without being kept for ever', async () => {
    const answer = await ask(`${url}/favicon.svg`);
    expect(answer.headers.get('content-type')).toMatch(/^image\/svg/);
    expect(answer.headers.get('cache-control')).toBeNull();
  });

  test.each([
    '/assets/main-0000.js',
    '/assets/',
    '/assets',
    '/favicon.ico',
    '/.sources.sha256',
    '/.routes.json',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
  ])('%s does not exist', async (path) => {
    const answer = await ask(url + path, { headers: { Accept: '*/*' } });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('secret');
  });

  test('data is not answered with a page', async () => {
    const answer = await ask(`${url}/fsx/file-systems`, { headers: { Accept: 'application/json' } });
    expect(answer.status).toBe(404);
  });
});
