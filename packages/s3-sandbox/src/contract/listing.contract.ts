import {
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, decodeKey, put, refusal, type World } from './world.ts';

const TREE = ['a', 'dir/', 'dir/1', 'dir/2', 'dir/sub/3', 'dir/sub/4', 'dir0', 'e/5', 'e/6', 'z'];

export function listingContract(world: World, check: Check): void {
  const bucketWith = async (keys: readonly string[]) => {
    const client = world.client();
    const Bucket = await world.bucket();
    for (let at = 0; at < keys.length; at += 16) {
      await Promise.all(keys.slice(at, at + 16).map((key) => put(client, Bucket, key, 'x')));
    }
    return { client, Bucket };
  };

  check('a listing says each object, in the order of the bytes of the keys', async () => {
    const keys = ['b', 'a', 'a/b', 'a-b', 'ab', 'B', '\u00e9', '\uff61', '\u{1f600}', '~'];
    const { client, Bucket } = await bucketWith(keys);
    const { Contents = [], KeyCount, IsTruncated, Name } = await client.send(new ListObjectsV2Command({ Bucket }));
    const sorted = ['B', 'a', 'a-b', 'a/b', 'ab', 'b', '~', '\u00e9', '\uff61', '\u{1f600}'];
    expect(Contents.map(({ Key }) => Key)).toEqual(sorted);
    expect({ KeyCount, IsTruncated, Name }).toEqual({ KeyCount: 10, IsTruncated: false, Name: Bucket });
    expect(Contents[0]).toMatchObject({
      Size: 1,
      ETag: '"9dd4e461268c8034f5c8564e155c67a6"',
      StorageClass: 'STANDARD',
    });
    expect(Math.abs(Date.now() - Number(Contents[0]?.LastModified))).toBeLessThan(60_000);
  });

  check('an empty bucket has an empty listing', async () => {
    const { client, Bucket } = await bucketWith([]);
    const page = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(page).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(page.Contents).toBeUndefined();
  });

  check('a prefix is a prefix of the whole key', async () => {
    const { client, Bucket } = await bucketWith(TREE);
    expect(await entries(client, { Bucket, Prefix: 'dir' })).toEqual(TREE.slice(1, 7));
    expect(await entries(client, { Bucket, Prefix: 'dir/' })).toEqual(TREE.slice(1, 6));
    expect(await entries(client, { Bucket, Prefix: 'no' })).toEqual([]);
  });

  check('a delimiter groups what comes behind it', async () => {
    const { client, Bucket } = await bucketWith(TREE);
    const top = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    expect(top.Contents?.map(({ Key }) => Key)).toEqual(['a', 'dir0', 'z']);
    expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['dir/', 'e/']);
    expect(top.KeyCount).toBe(5);
    const inside = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'dir/', Delimiter: '/' }));
    expect(inside.Contents?.map(({ Key }) => Key)).toEqual(['dir/', 'dir/1', 'dir/2']);
    expect(inside.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['dir/sub/']);
  });

  check('a delimiter may be any text', async () => {
    const { client, Bucket } = await bucketWith(['a--b--c', 'a--d', 'e']);
    const page = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '--' }));
    expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a--']);
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['e']);
  });

  check('pages of any size add up to the listing', async () => {
    const { client, Bucket } = await bucketWith(TREE);
    for (const MaxKeys of [1, 2, 3, 10]) {
      expect(await entries(client, { Bucket, MaxKeys })).toEqual(TREE);
      expect(await entries(client, { Bucket, MaxKeys, Prefix: 'dir/' })).toEqual(TREE.slice(1, 6));
      expect(await entries(client, { Bucket, MaxKeys, Delimiter: '/' })).toEqual(['a', 'dir/', 'dir0', 'e/', 'z']);
    }
  });

  check('a page says whether there are more', async () => {
    const { client, Bucket } = await bucketWith(['a', 'b', 'c']);
    const first = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, MaxKeys: 2 });
    const ContinuationToken = first.NextContinuationToken;
    const second = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken }));
    expect(second).toMatchObject({ IsTruncated: false, KeyCount: 1, ContinuationToken });
    expect(second.NextContinuationToken).toBeUndefined();
    const exact = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3 }));
    expect(exact).toMatchObject({ IsTruncated: false, KeyCount: 3 });
  });

  check('a page holds at most 1000, by default and whatever is asked for', async () => {
    const keys = Array.from({ length: 1003 }, (_, at) => `key-${String(at).padStart(4, '0')}`);
    const { client, Bucket } = await bucketWith(keys);
    for (const MaxKeys of [undefined, 5000]) {
      const first = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys }));
      expect(first.Contents?.length).toBe(1000);
      expect(first.IsTruncated).toBe(true);
    }
    expect(await entries(client, { Bucket })).toEqual(keys);
  });

  check('max-keys may be 0', async () => {
    const { client, Bucket } = await bucketWith(['a']);
    const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect(page).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  check('max-keys must not be negative', async () => {
    const { client, Bucket } = await bucketWith([]);
    const request = client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }));
    expect(await refusal(request)).toBe('InvalidArgument 400');
  });

  check('a listing starts behind start-after, which need not exist', async () => {
    const { client, Bucket } = await bucketWith(TREE);
    expect(await entries(client, { Bucket, StartAfter: 'dir/2' })).toEqual(TREE.slice(4));
    expect(await entries(client, { Bucket, StartAfter: 'dir/1x' })).toEqual(TREE.slice(3));
    expect(await entries(client, { Bucket, StartAfter: 'a', Prefix: 'e/' })).toEqual(['e/5', 'e/6']);
    expect(await entries(client, { Bucket, StartAfter: 'zz' })).toEqual([]);
  });

  check('encoding-type=url spells names so that XML carries them', async () => {
    const keys = ['a b/c+d', 'a b/\u0001', 'a b/\n', 'a b/&', 'a b/\u00e9'].sort();
    const { client, Bucket } = await bucketWith(keys);
    const query = { Bucket, EncodingType: 'url', Prefix: 'a b/' } as const;
    const page = await client.send(new ListObjectsV2Command(query));
    expect(page.EncodingType).toBe('url');
    expect(page.Contents?.map(({ Key = '' }) => decodeKey(Key)).sort()).toEqual(keys);
    expect(page.Contents?.every(({ Key = '' }) => /^[\w%+./-]+$/.test(Key))).toBe(true);
    expect(decodeKey(page.Prefix ?? '')).toBe('a b/');
    const grouped = await client.send(new ListObjectsV2Command({ ...query, Prefix: '', Delimiter: '/' }));
    expect(grouped.CommonPrefixes?.map(({ Prefix = '' }) => decodeKey(Prefix))).toEqual(['a b/']);
  });

  check('the first version of the listing pages by marker', async () => {
    const { client, Bucket } = await bucketWith(TREE);
    for (const MaxKeys of [1, 3, 10]) {
      expect(await entriesV1(client, { Bucket, MaxKeys })).toEqual(TREE);
      expect(await entriesV1(client, { Bucket, MaxKeys, Delimiter: '/' })).toEqual(['a', 'dir/', 'dir0', 'e/', 'z']);
    }
    expect(await entriesV1(client, { Bucket, Marker: 'dir/sub/4', MaxKeys: 1000 })).toEqual(TREE.slice(6));
  });
}

/** Keys and common prefixes of all pages, together in order. */
async function entries(client: S3Client, query: ListObjectsV2CommandInput): Promise<string[]> {
  const all: string[] = [];
  // The pager wants the page size by another name, and overrides ours.
  const { MaxKeys: pageSize, ...rest } = query;
  const pager = { client, ...(pageSize === undefined ? {} : { pageSize }) };
  for await (const { Contents = [], CommonPrefixes = [] } of paginateListObjectsV2(pager, rest)) {
    const page = [...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix)];
    expect(page.length).toBeLessThanOrEqual(pageSize ?? 1000);
    all.push(...page.sort());
  }
  return all;
}

async function entriesV1(client: S3Client, query: ListObjectsCommandInput): Promise<string[]> {
  const all: string[] = [];
  for (let Marker = query.Marker; ;) {
    const page = await client.send(new ListObjectsCommand({ ...query, Marker }));
    const { Contents = [], CommonPrefixes = [] } = page;
    all.push(...[...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix)].sort());
    if (page.IsTruncated !== true) return all;
    // Without a delimiter S3 leaves NextMarker out: the last key is the marker.
    Marker = page.NextMarker ?? Contents.at(-1)?.Key;
  }
}
