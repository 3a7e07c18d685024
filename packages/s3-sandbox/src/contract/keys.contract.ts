import { DeleteObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, decodeKey, put, read, refusal, type World } from './world.ts';

/** Keys that are no ordinary paths, or that get in each other's way as paths. In no order. */
const AWKWARD = [
  'a',
  'a/b',
  'a/b/c',
  'a/',
  'a//b',
  'a/b/',
  '/leading',
  '//',
  '.',
  '..',
  './x',
  '../x',
  '../../../../tmp/escape',
  'x/../y',
  'x/./y',
  'trailing ',
  ' leading',
  'with space+plus',
  'percent%20and%2Fslash',
  'quest?ion#hash&amp;',
  `quotes'"<xml>&`,
  'back\\slash',
  'colon:semi;comma,',
  'star*glob[1]{2}',
  'emoji-\u{1f600}',
  'composed-\u00e9',
  'composed-e\u0301',
  'private-\uf8ff',
  'Upper',
  'upper',
  'long/'.padEnd(300, 'x'),
  '\u20ac'.repeat(100),
  '.s3/objects.jsonl',
  '_sandbox/faults',
  '-dash',
  '~tilde',
  'line\nbreak',
  'tab\tstop',
  'return\rhere',
];

export function keyContract(world: World, check: Check): void {
  check('awkward keys are all different objects, and are listed as they are', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    for (const key of AWKWARD) await put(client, Bucket, key, `bytes of ${JSON.stringify(key)}`);
    for (const key of AWKWARD) {
      expect(await read(client, Bucket, key)).toBe(Buffer.from(`bytes of ${JSON.stringify(key)}`).toString('latin1'));
    }
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    expect(Contents.map(({ Key = '' }) => decodeKey(Key))).toEqual([...AWKWARD].sort(byBytes));
  });

  check('awkward keys are overwritten and deleted without touching the others', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    for (const key of AWKWARD) await put(client, Bucket, key, 'first');
    for (const key of AWKWARD) await put(client, Bucket, key, 'second');
    for (const [at, key] of AWKWARD.entries()) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
      expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: key })))).toBe('NotFound 404');
      for (const other of AWKWARD.slice(at + 1, at + 4)) expect(await read(client, Bucket, other)).toBe('second');
    }
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  check('a key may have 1024 bytes', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const longest = 'k'.repeat(1024);
    await put(client, Bucket, longest, 'bytes');
    expect(await read(client, Bucket, longest)).toBe('bytes');
  });

  check('a key of 1025 bytes is KeyTooLongError', async () => {
    const Bucket = await world.bucket();
    expect(await refusal(put(world.client(), Bucket, 'k'.repeat(1025), 'bytes'))).toBe('KeyTooLongError 400');
    // 1025 bytes in 513 characters.
    expect(await refusal(put(world.client(), Bucket, `${'\u00e9'.repeat(512)}k`, 'bytes'))).toBe('KeyTooLongError 400');
  });
}
