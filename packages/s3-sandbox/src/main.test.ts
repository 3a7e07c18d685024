import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { openSandbox, temporaryDirectory } from './testing.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

type Environment = Record<string, string>;

const environment = (directory: string, more: Environment = {}) => ({
  ...process.env,
  SANDBOX_S3_PORT: '0',
  SANDBOX_S3_DIRECTORY: directory,
  SANDBOX_S3_BUCKETS: 'data',
  ...more,
});

/** The sandbox as the server starts it. */
async function start(directory: string, more?: Environment) {
  // The parent's own flags (a test runner's) are not for the child.
  const child = fork(MAIN, {
    env: environment(directory, more),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  onTestFinished(() => kill(child));
  const [message] = await once(child, 'message');
  expect(message).toEqual({ type: 'ready', url: `http://127.0.0.1:${message.port}`, port: message.port });
  return { child, url: String(message.url) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe('the sandbox as a process', () => {
  it('says where it serves, and ends with 0 on SIGTERM, SIGINT and when its parent goes', async () => {
    const directory = temporaryDirectory();
    const goodbyes: ((child: ChildProcess) => unknown)[] = [
      (child) => child.kill('SIGTERM'),
      (child) => child.kill('SIGINT'),
      (child) => child.disconnect(),
    ];
    for (const goodbye of goodbyes) {
      const { child, url } = await start(directory);
      expect((await fetch(`${url}/data`)).status).toBe(200);
      const exit = once(child, 'exit');
      goodbye(child);
      expect(await exit).toEqual([0, null]);
    }
  });

  it('says where it serves on standard output too', async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: environment(temporaryDirectory()),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => kill(child));
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    expect(line).toMatch(/^S3 sandbox: http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it.each([
    ['no directory', { SANDBOX_S3_DIRECTORY: '' }, 'SANDBOX_S3_DIRECTORY must name a directory.'],
    ['a port that is none', { SANDBOX_S3_PORT: 'x' }, 'SANDBOX_S3_PORT must be a port number.'],
    ['a bucket that cannot be', { SANDBOX_S3_BUCKETS: 'Data' }, 'The bucket name Data is not valid.'],
  ])('ends with 1 and one sentence given %s', async (_, more, sentence) => {
    const env = environment(temporaryDirectory(), more);
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => kill(child));
    const exit = once(child, 'exit');
    expect(await text(child.stderr)).toBe(`${sentence}\n`);
    expect(await exit).toEqual([1, null]);
  });

  it('waits for the port and the directory of a predecessor that is going', async () => {
    const directory = temporaryDirectory();
    const first = await openSandbox({ directory });
    const second = start(directory, { SANDBOX_S3_PORT: String(first.port) });
    await first.close();
    const { url } = await second;
    expect(url).toBe(first.url);
  });

  it('has every acknowledged object, and no other, after kill -9 in the middle of writing', async () => {
    const directory = temporaryDirectory();
    const acknowledged = new Map<string, string>();
    const begun = new Map<string, string[]>();
    for (let round = 1; round <= 3; round += 1) {
      const { child, url } = await start(directory);
      let count = 0;
      const enough = Promise.withResolvers<void>();
      const write = async (writer: number) => {
        for (let at = 0; ; at += 1) {
          // Some keys are written again and again, by one writer each, with other lengths.
          const key =
            at % 3 === 0 ? `dir-${writer}/again` : `dir-${writer}/${round}-${at}${at % 5 === 0 ? '//odd' : ''}`;
          const body = `${round} ${writer} ${at} `.repeat(1 + ((at * 37) % 500));
          begun.set(key, [...(begun.get(key) ?? []), body]);
          const headers = { 'x-amz-meta-md5': md5(body) };
          try {
            const response = await fetch(`${url}/data/${key}`, { method: 'PUT', body, headers });
            expect(response.status).toBe(200);
          } catch {
            return;
          }
          acknowledged.set(key, body);
          begun.set(key, [body]);
          count += 1;
          if (count === 250) enough.resolve();
        }
      };
      const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
      await enough.promise;
      await kill(child);
      await Promise.all(writers);
    }

    const { child, url } = await start(directory);
    expect(readdirSync(join(directory, '.s3/data/tmp'))).toEqual([]);
    const listed = await listAll(url);
    for (const key of acknowledged.keys()) expect(listed).toContain(key);
    for (const key of listed) {
      const response = await fetch(`${url}/data/${key}`);
      const body = await response.text();
      // The last one acknowledged, or the one that was under way behind it.
      expect(begun.get(key)).toContain(body);
      expect(response.headers.get('etag')).toBe(`"${md5(body)}"`);
      expect(response.headers.get('x-amz-meta-md5')).toBe(md5(body));
    }
    await kill(child);
  }, 120_000);
});

const md5 = (bytes: string) => createHash('md5').update(bytes).digest('hex');

async function listAll(url: string): Promise<string[]> {
  const keys: string[] = [];
  for (let after = ''; ;) {
    const page = await (await fetch(`${url}/data?list-type=2&start-after=${encodeURIComponent(after)}`)).text();
    const found = [...page.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
    keys.push(...found);
    if (page.includes('<IsTruncated>false')) return keys;
    after = found.at(-1) ?? '';
  }
}
