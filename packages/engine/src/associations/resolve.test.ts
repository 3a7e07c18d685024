import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { AssociationRow } from '../store/associations.ts';
import {
  normalizePath,
  objectKeyOf,
  parseS3Url,
  resolveRepositoryPaths,
  resolveTreePaths,
  treePathOf,
} from './resolve.ts';

const association = (id: string, directory: string, bucket: string, prefix: string): AssociationRow => ({
  id,
  file_system_id: 'fs-0123456789abcdef0',
  created_at: 0,
  lifecycle: 'AVAILABLE',
  failure: null,
  directory,
  bucket,
  prefix,
  import_on_create: 0,
  chunk_size: 1024,
  policies: '{}',
});

const root = [association('dra-root', '', 'bucket', 'export/')];
const two = [association('dra-a', 'ns/a', 'bucket', 'a/'), association('dra-b', 'ns/b', 'other', '')];

const starts = (resolved: ReturnType<typeof resolveTreePaths>) =>
  resolved.scopes.map((scope) => `${scope.association.id}:${scope.start}`);

describe('paths of an export', () => {
  test('none means all that is linked', () => {
    expect(starts(resolveTreePaths([], root))).toEqual(['dra-root:']);
    expect(starts(resolveTreePaths([], two))).toEqual(['dra-a:', 'dra-b:']);
    expect(starts(resolveTreePaths(['/'], two))).toEqual(['dra-a:', 'dra-b:']);
  });

  test('a path above, at or below a linked directory', () => {
    expect(starts(resolveTreePaths(['ns'], two))).toEqual(['dra-a:', 'dra-b:']);
    expect(starts(resolveTreePaths(['/ns/a/'], two))).toEqual(['dra-a:']);
    expect(starts(resolveTreePaths(['ns/b/c/d', './ns//a/x'], two))).toEqual(['dra-a:x', 'dra-b:c/d']);
  });

  test('paths that lie within others are worked once', () => {
    expect(starts(resolveTreePaths(['a', 'a/b', 'a', 'a-b', '/a/'], root))).toEqual(['dra-root:a-b', 'dra-root:a']);
  });

  test('a path that leads nowhere is named, with a hint where it has a comma', () => {
    expect(resolveTreePaths(['ns/ab'], two).problems).toEqual([
      'Path "ns/ab" is not under a linked directory of the file system.',
    ]);
    expect(resolveTreePaths(['x,y'], two).problems[0]).toContain('separate several paths with spaces');
    expect(resolveTreePaths(['a/../../etc'], root).problems).toEqual(['Path "a/../../etc" must not contain "..".']);
  });
});

describe('paths of an import', () => {
  test('a bucket or a prefix, with or without a slash', () => {
    expect(starts(resolveRepositoryPaths(['s3://bucket/a/x/'], two))).toEqual(['dra-a:x']);
    expect(starts(resolveRepositoryPaths(['s3://other'], two))).toEqual(['dra-b:']);
    expect(starts(resolveRepositoryPaths(['s3://bucket/'], two))).toEqual(['dra-a:']);
    expect(starts(resolveRepositoryPaths([], two))).toEqual(['dra-a:', 'dra-b:']);
  });

  test('what is no linked repository', () => {
    expect(resolveRepositoryPaths(['s3://nobody/x'], two).problems[0]).toContain('is not in a linked data repository');
    expect(resolveRepositoryPaths(['bucket/x'], two).problems[0]).toContain('s3://bucket/prefix');
    expect(resolveRepositoryPaths(['s3://bucket/ab'], two).problems).toHaveLength(1);
  });
});

const name = fc.stringMatching(/^[a-z,é -]{1,4}$/).filter((text) => text.trim() === text && text !== '');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

test('a key leads to a tree path and an object key, and both lead back', () => {
  fc.assert(
    fc.property(
      path,
      fc.constantFrom('', 'ns', 'ns/a'),
      fc.constantFrom('', 'p/', 'p/q/'),
      (key, directory, prefix) => {
        const side = { directory, prefix };
        const treePath = treePathOf(side, key);
        expect(directory === '' ? treePath : treePath.slice(directory.length + 1)).toBe(key);
        expect(treePathOf(side, `${key}/`)).toBe(treePath);
        expect(objectKeyOf(side, key).slice(prefix.length)).toBe(key);
        expect(normalizePath(treePath)).toBe(treePath);
      },
    ),
  );
});

test('whatever the paths, no scope lies within another and every path is covered or named', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
      const { scopes, problems } = resolveTreePaths(paths, root);
      expect(problems).toEqual([]);
      const list = scopes.map(({ start }) => `${start}/`);
      for (const [index, one] of list.entries()) {
        for (const other of list.slice(index + 1)) expect(one.startsWith(other) || other.startsWith(one)).toBe(false);
      }
      for (const each of paths) {
        expect(list.some((start) => start === '/' || `${normalizePath(each)}/`.startsWith(start))).toBe(true);
      }
      const bytes = list.map((start) => Buffer.from(start));
      expect(bytes).toEqual(bytes.toSorted((a, b) => Buffer.compare(a, b)));
    }),
  );
});

test.each([
  ['s3://bucket', { bucket: 'bucket', key: '' }],
  ['s3://bucket/', { bucket: 'bucket', key: '' }],
  ['s3://my.bucket-1/a/b/', { bucket: 'my.bucket-1', key: 'a/b' }],
  ['s3://Bucket/a', undefined],
  ['s3://', undefined],
  ['https://bucket/a', undefined],
  ['/a', undefined],
])('parseS3Url(%j)', (url, expected) => {
  expect(parseS3Url(url)).toEqual(expected);
});
