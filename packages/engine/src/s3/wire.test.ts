import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { type S3, bytes, openS3 } from './s3.ts';
import { bucket, failureOf, gather, keys, startSandboxed } from './sandbox.testing.ts';

/** A server for what the sandbox does not do; `use` gets a client of it and its count of connections. */
const withServer = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (s3: S3, connections: () => number) => Promise<void>,
): Promise<void> => {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  const s3 = openS3({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials: keys, retries: 2 });
  try {
    await use(s3, () => connections);
  } finally {
    await s3[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  }
};

const stored = { etag: '"d41d8cd98f00b204e9800998ecf8427e"' };

describe('the wire', () => {
  it('keeps connections, after HEADs too', async () => {
    const headers = { ...stored, 'content-length': 5, 'last-modified': new Date().toUTCString() };
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, request.method === 'HEAD' ? headers : stored).end();
    };
    await withServer(answer, async (s3, connections) => {
      for (let count = 0; count < 20; count += 1) {
        await s3.head(bucket, 'k');
        await s3.put(bucket, 'k', bytes('x'));
      }
      // The pool opens a second one when the first is free again only a moment later.
      expect(connections()).toBeLessThanOrEqual(2);
    });
  });

  it('sends paths as they are', async () => {
    const paths: (string | undefined)[] = [];
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      paths.push(request.url);
      response.writeHead(200, stored).end();
    };
    await withServer(answer, async (s3) => {
      for (const key of ['a/../b', './x', 'a//b', '%2e', '?a=b#c', '/']) await s3.put(bucket, key, bytes(''));
    });
    expect(paths).toEqual(['a/../b', './x', 'a//b', '%252e', '%3Fa%3Db%23c', '/'].map((key) => `/bucket/${key}`));
  });

  it('sets its clock by the store’s when that says so', async () => {
    const storeTime = (): number => Date.now() + 3_600_000;
    let refused = 0;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const [, date = '', time = ''] = /^(\d{8})T(\d{6})Z$/.exec(String(request.headers['x-amz-date'])) ?? [];
      const iso = `${date.replace(/(..)(..)$/, '-$1-$2')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
      response.setHeader('date', new Date(storeTime()).toUTCString());
      if (Math.abs(Date.parse(iso) - storeTime()) < 900_000) {
        response.writeHead(200, stored).end();
        return;
      }
      refused += 1;
      response.writeHead(403).end('<Error><Code>RequestTimeTooSkewed</Code></Error>');
    };
    await withServer(answer, async (s3) => {
      const { date } = await s3.put(bucket, 'k', bytes('x'));
      expect(date.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
      await s3.put(bucket, 'k', bytes('x'));
      expect(refused).toBe(1);
    });
  });

  it('survives answers that no store should give', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => void response.writeHead(200).end(),
      (response) => void response.writeHead(403).end(`<Code>${'x'.repeat(1000)}`),
      (response) => void response.writeHead(400, { 'x-amz-request-id': 'a b' }).end('<html>'.repeat(100)),
    ];
    let next = 0;
    const answer = (_request: IncomingMessage, response: ServerResponse): void => answers[next]?.(response);
    await withServer(answer, async (s3) => {
      expect((await failureOf(s3.put(bucket, 'k', bytes('x')))).message).toContain('lacks an ETag');
      next = 1;
      expect((await failureOf(s3.put(bucket, 'k', bytes('x')))).message).toBe(
        'PutObject s3://bucket/k: AccessDenied (HTTP 403)',
      );
      next = 2;
      expect((await failureOf(s3.get(bucket, 'k'))).message).toBe('GetObject s3://bucket/k: Other (HTTP 400)');
    });
  });

  it('refuses a listing that cannot be trusted', async () => {
    const entry = (key: string): string =>
      `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
    const token = '<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>';
    const listings: readonly [string, string][] = [
      [entry('p/b') + entry('p/a'), 'not in byte order'],
      [entry('p/🗂') + entry('p/ﬀ'), 'not in byte order'],
      [entry('p/a') + token, 'not in byte order'],
      [token, 'does not go on'],
      ['<IsTruncated>true</IsTruncated>', 'does not go on'],
      [entry('q/a'), 'outside the prefix'],
      ['<Contents><Key>p/a</Key></Contents>', 'lacks Key, Size'],
    ];
    let content = '';
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const given = /continuation-token=([^&]*)/.exec(request.url ?? '')?.[1];
      const echo = given === undefined ? '' : `<ContinuationToken>${given}</ContinuationToken>`;
      response.writeHead(200).end(`<ListBucketResult>${content}${echo}</ListBucketResult>`);
    };
    await withServer(answer, async (s3) => {
      for (const [listing, complaint] of listings) {
        content = listing;
        expect((await failureOf(gather(s3.list(bucket, 'p/')))).message).toContain(complaint);
      }
    });
  });

  it('reads no error without end', async () => {
    const answer = (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(500);
      const more = (): void => {
        while (response.write(Buffer.alloc(16_384, 0x20)));
        response.once('drain', more);
      };
      more();
    };
    await withServer(answer, async (s3) => {
      expect(await failureOf(s3.put(bucket, 'k', bytes('x')))).toMatchObject({ kind: 'Unreachable' });
      expect(await failureOf(s3.get(bucket, 'k'))).toMatchObject({ kind: 'Other', status: 500 });
    });
  });
});

describe('dispose', () => {
  it('ends what is running', async () => {
    await using world = await startSandboxed();
    world.sandbox.addFault({ action: { type: 'hang', at: 'start' } });
    const s3 = world.open();
    const calls = [s3.put(bucket, 'k', bytes('x')), s3.head(bucket, 'k'), s3.headBucket(bucket)].map(failureOf);
    await world.sandbox.waitForRequest(() => world.sandbox.requests({ state: 'held' }).length === 3);
    await s3[Symbol.asyncDispose]();
    expect(await Promise.all(calls)).toMatchObject(calls.map(() => ({ kind: 'Unreachable' })));
    expect(await failureOf(s3.head(bucket, 'k'))).toMatchObject({ kind: 'Unreachable' });
  });

  it('lets the process end', async () => {
    await using world = await startSandboxed();
    world.sandbox.addFault({ match: { key: 'flaky' }, action: { type: 'error', status: 503, code: 'SlowDown' } });
    const script = `
      import { bytes, openS3 } from ${JSON.stringify(import.meta.resolve('./s3.ts'))};
      const s3 = openS3(${JSON.stringify({ endpoint: world.sandbox.url, region: 'eu-west-1', credentials: keys })});
      await s3.put('bucket', 'k', bytes('x'));
      await s3.head('bucket', 'k');
      for await (const page of s3.list('bucket', '')) console.log(page.length);
      s3.put('bucket', 'flaky', bytes('x')).catch((failure) => console.log(failure.status));
      await s3.head('bucket', 'k');
      await s3[Symbol.asyncDispose]();
      console.log('disposed');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 10_000,
    });
    expect(stdout.split('\n')).toContain('disposed');
  });
});
