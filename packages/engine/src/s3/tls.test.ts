import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import tls from 'node:tls';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { selfSigned } from './certificate.testing.ts';
import type { S3 } from './s3.ts';
import { type Sandboxed, bucket, failureOf, observed, readAll, startSandboxed } from './sandbox.testing.ts';

const mebibyte = 1024 * 1024;
const { key, cert } = selfSigned();
const authorities = tls.getCACertificates('default');

let world: Sandboxed;
let front: tls.Server;
let endpoint: string;
let s3: S3;
let connections = 0;
/** What clients have sent, in clear. */
let received = '';

beforeAll(async () => {
  world = await startSandboxed();
  // The sandbox speaks HTTP only: TLS ends here.
  front = tls.createServer({ key, cert }, (outside) => {
    const inside = connect(world.sandbox.port, '127.0.0.1');
    outside.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    outside.on('error', () => inside.destroy()).pipe(inside);
    inside.on('error', () => outside.destroy()).pipe(outside);
  });
  front.on('connection', () => {
    connections += 1;
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  // A server that listens on TCP has an address with a port.
  endpoint = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
  tls.setDefaultCACertificates([...authorities, cert]);
  s3 = world.open({ endpoint, partSize: 5 * mebibyte, multipartThreshold: 6 * mebibyte });
});

afterAll(async () => {
  tls.setDefaultCACertificates(authorities);
  await world[Symbol.asyncDispose]();
  front.close();
});

beforeEach(() => {
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
});

describe('over TLS', () => {
  it('stores a checksum with each object and checks it on the way back', async () => {
    const source = observed(300_000);
    received = '';
    await s3.put(bucket, 'checked', source);
    expect(received).toContain('x-amz-content-sha256: UNSIGNED-PAYLOAD');
    expect(received).toMatch(/x-amz-checksum-crc32: [A-Za-z0-9+/]{6}==/);
    expect((await readAll((await s3.get(bucket, 'checked')).body)).equals(source.content)).toBe(true);
    world.sandbox.addFault({ action: { type: 'corrupt' } });
    const { body } = await s3.get(bucket, 'checked');
    expect((await failureOf(readAll(body))).message).toContain('do not have the checksum');
  });

  it('stores in parts, with a checksum each', async () => {
    const source = observed(11 * mebibyte);
    received = '';
    const { etag } = await s3.put(bucket, 'parts', source);
    expect(etag).toMatch(/-3$/);
    // AWS joins parts that were sent with a checksum only when it is told each of them again.
    expect(received).toContain('x-amz-checksum-algorithm: CRC32');
    expect(received.match(/<ChecksumCRC32>[A-Za-z0-9+/]{6}==<\/ChecksumCRC32>/g)).toHaveLength(3);
    expect((await readAll((await s3.get(bucket, 'parts')).body)).equals(source.content)).toBe(true);
  });

  it('knows its own object again when an answer was lost', async () => {
    const action = { type: 'reset', at: 'answer' } as const;
    for (const operation of ['PutObject', 'CompleteMultipartUpload'] as const) {
      world.sandbox.addFault({ match: { operation }, action, count: 1 });
    }
    await s3.put(bucket, 'small mine', observed(1000), { ifNoneMatch: '*' });
    await s3.put(bucket, 'large mine', observed(7 * mebibyte), { ifNoneMatch: '*' });
    expect(world.sandbox.requests({ operation: 'HeadObject' })).toHaveLength(2);
  });

  it('does not speak with a store whose certificate it cannot verify, and does not ask again', async () => {
    tls.setDefaultCACertificates(authorities);
    const wary = world.open({ endpoint });
    connections = 0;
    expect(await failureOf(wary.put(bucket, 'k', observed(1)))).toMatchObject({ kind: 'Unreachable' });
    expect(await failureOf(wary.headBucket(bucket))).toMatchObject({ kind: 'Unreachable' });
    expect(connections).toBe(2);
    expect(world.sandbox.requests()).toEqual([]);
  });
});
