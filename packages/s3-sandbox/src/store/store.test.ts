import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { temporaryDirectory } from '../testing.ts';
import { pieces } from '../wire/reply.ts';
import type { Bucket } from './bucket.ts';
import { lockDirectory } from './directory-lock.ts';
import { Store } from './store.ts';

async function open(directory: string): Promise<Store> {
  const store = await Store.open(directory);
  onTestFinished(() => store.close());
  return store;
}

/** A store with one bucket on a new directory. */
async function openNew() {
  const directory = join(temporaryDirectory(), 'some', 'where');
  const store = await open(directory);
  store.create('data');
  return { directory, store, bucket: store.bucket('data'), file: (path: string) => join(directory, 'data', path) };
}

function put(bucket: Bucket, key: string, text = `bytes of ${key}`, metadata: Record<string, string> = {}): void {
  const incoming = bucket.incoming();
  incoming.write(Buffer.from(text));
  bucket.commit(key, incoming, { headers: {}, metadata, etag: `etag of ${text}`, checksum: undefined });
}

function read(bucket: Bucket, key: string): string {
  const { object, fd } = bucket.read(key);
  if (fd === undefined) return '';
  return Buffer.concat([...pieces({ fd, start: 0, length: object.size })]).toString();
}

const keysOf = (bucket: Bucket) => [...bucket.keys.from(() => false)];

/** Every file below a directory, but for what the store keeps for itself. */
const filesBelow = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((path) => !path.startsWith('.s3/'));

describe('objects on disk', () => {
  it('are plain files with the bytes of the object', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'a/b.txt', 'hello');
    put(bucket, 'top level ü.txt', 'there');
    expect(readFileSync(file('a/b.txt'), 'utf8')).toBe('hello');
    expect(readFileSync(file('top level ü.txt'), 'utf8')).toBe('there');
  });

  it('leave no directory behind', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'a/b/c/one');
    put(bucket, 'a/b/two');
    bucket.delete('a/b/c/one');
    expect(existsSync(file('a/b/c'))).toBe(false);
    expect(existsSync(file('a/b/two'))).toBe(true);
    bucket.delete('a/b/two');
    expect(readdirSync(file(''))).toEqual([]);
  });

  it('are directories when they are empty and their key ends with a slash', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'empty/', '');
    put(bucket, 'full/', 'bytes');
    expect(readdirSync(file(''))).toEqual(['empty']);
    expect(read(bucket, 'full/')).toBe('bytes');
    put(bucket, 'empty/', 'bytes');
    expect(readdirSync(file(''))).toEqual([]);
    expect(read(bucket, 'empty/')).toBe('bytes');
  });

  it('keep out of each other’s way: a file, and a directory of the same name', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'a');
    put(bucket, 'a/b');
    put(bucket, 'x/y');
    put(bucket, 'x');
    expect(['a', 'a/b', 'x/y', 'x'].map((key) => read(bucket, key))).toEqual([
      'bytes of a',
      'bytes of a/b',
      'bytes of x/y',
      'bytes of x',
    ]);
    expect(readFileSync(file('a'), 'utf8')).toBe('bytes of a');
    expect(readFileSync(file('x/y'), 'utf8')).toBe('bytes of x/y');
    // Once the way is free, the next put takes it.
    bucket.delete('a');
    put(bucket, 'a/b', 'again');
    expect(readFileSync(file('a/b'), 'utf8')).toBe('again');
  });

  it('never lie outside, whatever the key', async () => {
    const { directory, bucket } = await openNew();
    const keys = [
      '../x',
      '../../x',
      '/etc/x',
      'a/../../x',
      '..',
      '.',
      './x',
      'a//x',
      '/',
      '\0',
      'a\0b',
      '.s3/data/objects.jsonl',
    ];
    for (const key of keys) put(bucket, key);
    for (const key of keys) expect(read(bucket, key)).toBe(`bytes of ${key}`);
    expect(filesBelow(directory)).toEqual(['data/.s3/data/objects.jsonl']);
    expect(filesBelow(join(directory, '../..')).every((path) => path.startsWith('some/where/'))).toBe(true);
  });

  it('are not written through a link that somebody has put into the bucket', async () => {
    const { bucket, file } = await openNew();
    const outside = temporaryDirectory();
    writeFileSync(join(outside, 'precious'), 'precious');
    symlinkSync(outside, file('link'));
    symlinkSync(join(outside, 'precious'), file('alias'));
    put(bucket, 'link/precious');
    put(bucket, 'link/new');
    put(bucket, 'alias');
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(read(bucket, 'link/new')).toBe('bytes of link/new');
    bucket.delete('link/precious');
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  it('are gone when somebody removes the file, and can be put again', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'a/b');
    rmSync(file('a'), { recursive: true });
    expect(() => read(bucket, 'a/b')).toThrow('no object with this key');
    expect(keysOf(bucket)).toEqual([]);
    put(bucket, 'a/b', 'again');
    expect(readFileSync(file('a/b'), 'utf8')).toBe('again');
  });

  it('are not answered when somebody has changed the length of the file', async () => {
    const { bucket, file } = await openNew();
    put(bucket, 'a');
    appendFileSync(file('a'), 'more');
    expect(() => read(bucket, 'a')).toThrow('was changed by hand');
  });

  it('are all there when the store is opened again', async () => {
    const { directory, store, bucket } = await openNew();
    const keys = ['a', 'a/b', 'dir/', 'dir/x', '../x', 'long'.repeat(100), 'ü', 'deleted', 'overwritten'];
    for (const key of keys) put(bucket, key, key.endsWith('/') ? '' : `bytes of ${key}`, { of: key.slice(0, 9) });
    put(bucket, 'overwritten', 'new bytes', { of: 'new' });
    bucket.delete('deleted');
    const before = keysOf(bucket).map((key) => [key, bucket.get(key)]);
    await store.close();
    const again = (await open(directory)).bucket('data');
    expect(keysOf(again).map((key) => [key, again.get(key)])).toEqual(before);
    expect(read(again, 'overwritten')).toBe('new bytes');
    expect(read(again, 'a/b')).toBe('bytes of a/b');
    // The directories are counted as before.
    for (const key of keys) again.delete(key);
    expect(readdirSync(join(directory, 'data'))).toEqual([]);
  });
});

describe('a store whose process was killed', () => {
  /** The last line of the log, and the file it speaks of put back to where it came from. */
  function undoMove(directory: string, file: string): void {
    const lines = readFileSync(join(directory, '.s3/data/objects.jsonl'), 'utf8').trimEnd().split('\n');
    const { temp } = JSON.parse(lines.at(-1) ?? '') as { temp: string };
    renameSync(file, join(directory, '.s3/data/tmp', temp));
  }

  it('finishes a put that was logged and not moved', async () => {
    const { directory, store, bucket, file } = await openNew();
    put(bucket, 'dir/new', 'new');
    await store.close();
    undoMove(directory, file('dir/new'));
    const again = (await open(directory)).bucket('data');
    expect(read(again, 'dir/new')).toBe('new');
    expect(readFileSync(file('dir/new'), 'utf8')).toBe('new');
  });

  it('finishes an overwriting put: bytes and metadata are both the new ones', async () => {
    const { directory, store, bucket, file } = await openNew();
    put(bucket, 'key', 'old', { of: 'old' });
    put(bucket, 'key', 'new bytes', { of: 'new' });
    await store.close();
    undoMove(directory, file('key'));
    writeFileSync(file('key'), 'old');
    const again = (await open(directory)).bucket('data');
    expect([read(again, 'key'), again.get('key')?.metadata]).toEqual(['new bytes', { of: 'new' }]);
  });

  it('finishes a deletion', async () => {
    const { directory, store, bucket, file } = await openNew();
    put(bucket, 'dir/key', 'bytes');
    bucket.delete('dir/key');
    await store.close();
    mkdirSync(file('dir'));
    writeFileSync(file('dir/key'), 'bytes');
    const again = (await open(directory)).bucket('data');
    expect(keysOf(again)).toEqual([]);
    expect(readdirSync(file(''))).toEqual([]);
  });

  it('forgets bytes that were on their way, half a line of the log, and half a bucket', async () => {
    const { directory, store, bucket, file } = await openNew();
    put(bucket, 'key', 'bytes');
    bucket.incoming().write(Buffer.from('never acknowledged'));
    await store.close();
    appendFileSync(join(directory, '.s3/data/objects.jsonl'), '{"put":"half');
    mkdirSync(join(directory, '.s3/other_new'));
    mkdirSync(join(directory, '.s3/data/uploads/half'));
    const again = await open(directory);
    expect(again.buckets().map(({ name }) => name)).toEqual(['data']);
    expect(keysOf(again.bucket('data'))).toEqual(['key']);
    expect(readdirSync(join(directory, '.s3/data/tmp'))).toEqual([]);
    expect(readdirSync(join(directory, '.s3/data/uploads'))).toEqual([]);
    expect(filesBelow(directory)).toEqual(['data/key']);
    // The log goes on behind the last whole line.
    put(again.bucket('data'), 'next');
    await again.close();
    expect(keysOf((await open(directory)).bucket('data'))).toEqual(['key', 'next']);
    expect(readFileSync(file('next'), 'utf8')).toBe('bytes of next');
  });
});

describe('a directory', () => {
  it('is for one store at a time', async () => {
    const { directory, store } = await openNew();
    await expect(lockDirectory(directory, 0)).rejects.toThrow('Another S3 sandbox is running');
    await store.close();
    await using _ = await lockDirectory(directory, 0);
  });

  it('keeps its log short where objects are overwritten', async () => {
    const { directory, bucket } = await openNew();
    for (let time = 0; time < 2000; time += 1) put(bucket, 'key', 'x');
    const lines = readFileSync(join(directory, '.s3/data/objects.jsonl'), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(1500);
    expect(read(bucket, 'key')).toBe('x');
  });
});
