import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { FSx } from '@aws-sdk/client-fsx';
import { describe, expect, test, vi } from 'vitest';

import { ask, childrenOf, CLIENT, forkServer, startTestServer, temporaryFolder, type TestServer } from './testing.ts';

/** A port that something else uses, for as long as the scope lasts. */
const takenPort = async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  // It listens on TCP.
  const { port } = other.address() as AddressInfo;
  return { port: String(port), [Symbol.dispose]: () => void other.close() };
};

/** Each test starts whole servers, which takes long where other tests run too. */
const LONG = { timeout: 90_000 };

const workersReady = (server: TestServer, count: number) =>
  vi.waitFor(() => expect(server.process.errors().match(/"worker ready"/g)).toHaveLength(count), { timeout: 30_000 });

describe('start and stop', LONG, () => {
  test('SIGTERM: exit 0 in time, and no process left', async () => {
    await using server = await startTestServer();
    expect((await ask(`${server.url}/healthz`)).status).toBe(200);
    expect(server.process.output()).toBe(
      `Console: ${server.url}  FSx endpoint: ${server.url}  S3: ${server.s3Endpoint}\n`,
    );
    await workersReady(server, 2);
    const begin = performance.now();
    expect(await server.process.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - begin).toBeLessThan(15_000);
    // They were asked, not killed.
    expect(server.process.errors().match(/"worker stopped"/g)).toHaveLength(2);
  });

  test('SIGINT and SIGHUP stop it too, and a second signal changes nothing', async () => {
    for (const signal of ['SIGINT', 'SIGHUP'] as const) {
      await using server = await startTestServer({ WORKERS: '1' });
      process.kill(server.process.pid, signal);
      expect(await server.process.end(signal)).toEqual({ code: 0, signal: null });
    }
  });

  test('SIGKILL leaves nothing behind, and the next start takes over at once, on the same ports', async () => {
    using folder = temporaryFolder();
    const first = await startTestServer({}, folder.path);
    expect(await first.process.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    const ports = { PORT: new URL(first.url).port, SANDBOX_S3_PORT: new URL(first.s3Endpoint).port };
    const second = await startTestServer(ports, folder.path);
    expect(second).toMatchObject({ url: first.url, s3Endpoint: first.s3Endpoint });
    // The first one was killed while its workers started, this one when they work.
    await workersReady(second, 2);
    expect(await second.process.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('WORKERS=0: the API answers, and nothing else was started but the sandbox', async () => {
    await using server = await startTestServer({ WORKERS: '0' });
    const fsx = new FSx({ ...CLIENT, endpoint: server.url });
    expect((await fsx.describeFileSystems()).FileSystems).toEqual([]);
    expect(childrenOf(server.process.pid)).toHaveLength(1);
    fsx.destroy();
  });

  test('a worker that dies is replaced, and so is the sandbox, on the same port', async () => {
    await using server = await startTestServer({ WORKERS: '1' });
    const before = childrenOf(server.process.pid);
    expect(before).toHaveLength(2);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => {
      const now = childrenOf(server.process.pid);
      expect(now).toHaveLength(2);
      expect(now.filter((pid) => before.includes(pid))).toEqual([]);
    }, 30_000);
    await vi.waitFor(() => ask(server.s3Endpoint), 10_000);
    expect(server.process.errors()).toContain('ended by SIGKILL; starting it again');
  });
});

describe('what is wrong at start is said in one sentence, with exit code 1', LONG, () => {
  const failing = async (settings: Record<string, string>) => {
    using folder = temporaryFolder();
    const server = forkServer(join(folder.path, 'data'), settings);
    const { code } = await server.ended;
    return { code, output: server.output(), errors: server.errors() };
  };

  test('a setting', async () => {
    expect(await failing({ PORT: 'eighty', WORKERS: '-1' })).toEqual({
      code: 1,
      output: '',
      errors:
        'PORT must be a whole number from 0 to 65535, not "eighty".\nWORKERS must be a whole number from 0 to 256, not "-1".\n',
    });
  });

  test('a port in use', async () => {
    using taken = await takenPort();
    expect(await failing({ PORT: taken.port })).toEqual({
      code: 1,
      output: '',
      errors: `Port ${taken.port} of 127.0.0.1 is used by another program: set PORT to a free port, or to 0 for any.\n`,
    });
  });

  test('a data directory in use', async () => {
    await using first = await startTestServer({ WORKERS: '0' });
    const second = forkServer(first.dataDirectory, { WORKERS: '0' });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.errors()).toBe(
      `DATA_DIR ${first.dataDirectory} is in use by another server: stop that one, or set DATA_DIR to a directory of its own.\n`,
    );
    expect((await ask(`${first.url}/healthz`)).status).toBe(200);
  });

  test('the port of the sandbox in use', async () => {
    using taken = await takenPort();
    const { code, errors } = await failing({ SANDBOX_S3_PORT: taken.port });
    expect(code).toBe(1);
    expect(errors).toBe(
      `Port ${taken.port} is in use: set SANDBOX_S3_PORT.\nThe S3 sandbox could not start: see the line above.\n`,
    );
  });

  test('a data directory that cannot be made', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'file'), '');
    const { code, errors } = await failing({
      DATA_DIR: join(folder.path, 'file/data'),
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^DATA_DIR \S+\/file\/data cannot be written \(ENOTDIR: .+\): see to its disk and permissions, .+\.\n$/,
    );
  });

  test('an address of another machine', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'keys.json');
    const keys = [{ accessKeyId: 'AKIDADMIN', secretAccessKey: 'secret-of-admin', role: 'admin' }];
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
    const { code, errors } = await failing({ HOST: '192.0.2.1', FSX_ACCESS_KEYS_FILE: file });
    expect({ code, errors }).toEqual({
      code: 1,
      errors:
        'Port 0 of 192.0.2.1 cannot be used, because this machine has no such address: set HOST to one that it has.\n',
    });
  });

  test.each([
    ['no JSON', 'not json', 0o600, 'is not JSON'],
    ['an empty list', '[]', 0o600, 'must be a JSON array of at least one key'],
    ['a key without a role', '[{"accessKeyId": "AKID", "secretAccessKey": "the-secret"}]', 0o600, 'entry 1 of'],
    ['a file that others can read', '[]', 0o644, 'must be readable by its owner only: chmod 600'],
    [
      'no admin key',
      '[{"accessKeyId": "AKID", "secretAccessKey": "the-secret", "role": "viewer"}]',
      0o600,
      'role admin',
    ],
  ])('a key file with %s', async (_, content, mode, reason) => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'keys.json');
    writeFileSync(file, content, { mode });
    const { code, errors } = await failing({ FSX_ACCESS_KEYS_FILE: file });
    expect(code).toBe(1);
    expect(errors).toMatch(/^FSX_ACCESS_KEYS_FILE\b.*\.\n$/);
    expect(errors).toContain(reason);
    expect(errors).not.toContain('the-secret');
  });
});
