import { expect, test } from 'vitest';

import { exactPaths, retryNote, retryPaths } from './retry.ts';

const failed = (paths: readonly string[], isComplete = true) => ({
  failures: paths.map((Path) => ({ Path, Code: 'S3AccessDenied' as const })),
  isComplete,
});

const files = (directory: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${directory}/${index}`);

test('what fits is retried just as it is', () => {
  const found = retryPaths(failed(['a/1', 'a/2', 'b']), 3);
  expect(found).toEqual({ paths: ['a/1', 'a/2', 'b'], kind: 'files', failed: 3, gone: 0 });
  expect(retryNote(found)).toBe('Its paths are just the 3 entries that failed.');
});

test('the directory with the most failures stands in for them, the others stay files', () => {
  const found = retryPaths(failed([...files('x/y', 150), ...files('z', 60)]), 100);
  expect(found.paths).toEqual([...files('z', 60), 'x/y']);
  expect(found.kind).toBe('directories');
  expect(retryNote(found)).toContain('The 210 entries that failed cannot be the paths of one task');
});

test('failures that share no directory go up until they do', () => {
  const lonely = Array.from({ length: 200 }, (_, index) => `a/${index % 4}/${index}/file`);
  const { paths } = retryPaths(failed(lonely), 100);
  // Three of the four directories stand for 50 each; then the others fit as they are.
  expect(paths).toHaveLength(53);
  expect(paths).toEqual(expect.arrayContaining(['a/0', 'a/1', 'a/2', 'a/3/7']));
});

test('objects of an import go up to their bucket and no further than the task went', () => {
  expect(retryPaths(failed(files('s3://bucket/p', 3)), 2).paths).toEqual(['s3://bucket/p']);
  expect(retryPaths(failed(['s3://bucket/a', 's3://bucket/b', 's3://bucket/c']), 2).paths).toEqual(['s3://bucket']);
  expect(retryPaths(failed(files('s3://b/p', 3)), 1, ['s3://b/p/']).paths).toEqual(['s3://b/p']);
});

test('a name that cannot be written in a request is retried with its directory', () => {
  expect(retryPaths(failed(['d/a\nb', 'd/\uFFFD', 'e/ok']), 100).paths).toEqual(['d', 'e/ok']);
  expect(retryPaths(failed(['d//na\\xffme', 'e/ok']), 100).paths).toEqual(['d', 'e/ok']);
  expect(retryPaths(failed([' ']), 100).paths).toEqual(['']);
});

test('what no longer exists is left out, because a path that is not there would fail the task', () => {
  const failures = [
    { Path: 'a', Code: 'S3FileDeleted' as const },
    { Path: 'b', Code: 'ResourceBusy' as const },
  ];
  const found = retryPaths({ failures, isComplete: true }, 100);
  expect(found).toEqual({ paths: ['b'], kind: 'files', failed: 1, gone: 1 });
  expect(retryNote(found)).toContain('Left out: 1 entry that no longer exists.');
});

test('too many to read: the task again as it was', () => {
  expect(retryPaths(failed(['x/1'], false), 100, ['x'])).toMatchObject({ paths: ['x'], kind: 'task' });
  expect(retryPaths(failed(['x/1'], false), 100)).toMatchObject({ paths: [''], kind: 'task' });
});

test('entry by entry: all that failed and is still there, whatever their number', () => {
  const many = files('x/y', 1_000);
  expect(exactPaths(failed(many))).toEqual({ paths: many, directories: 0 });
  expect(exactPaths(failed(['d/a\nb', 'd/c', 'e', 'e/f']))).toEqual({ paths: ['d', 'e'], directories: 1 });
  expect(exactPaths(failed(['s3://b/p/\uFFFD']), ['s3://b/p']).paths).toEqual(['s3://b/p']);
  const gone = { failures: [{ Path: 'a', Code: 'S3ObjectNotFound' as const }], isComplete: true };
  expect(exactPaths(gone).paths).toEqual([]);
});

const within = (path: string, directory: string) =>
  directory === '' || path === directory || path.startsWith(`${directory}/`);

/** Numbers below `limit` that only look random, the same in each run. */
const numbers = (seed: number) => {
  let state = seed + 1;
  return (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
};

test('whatever failed is within a path, there are not too many, and none leaves the scope of the task', () => {
  for (let seed = 0; seed < 500; seed += 1) {
    const below = numbers(seed);
    const roots = ['a', 'b', 'c', 'd'].slice(0, 1 + below(4));
    const path = () =>
      [roots[below(roots.length)], ...Array.from({ length: below(6) }, () => 'wxyz'[below(4)])].join('/');
    const all = Array.from({ length: 1 + below(200) }, path);
    const limit = 4 + below(17);

    const { paths, kind } = retryPaths(failed(all), limit, roots);
    expect(paths.length).toBeLessThanOrEqual(limit);
    expect(all.filter((each) => !paths.some((chosen) => within(each, chosen)))).toEqual([]);
    expect(paths.filter((chosen) => !roots.some((root) => within(chosen, root)))).toEqual([]);
    expect(paths.filter((one) => paths.some((other) => one !== other && within(one, other)))).toEqual([]);
    expect(kind === 'files' || new Set(all).size > limit).toBe(true);
  }
});
