import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { FsxError } from '@drt/contract/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const adopt = (root: string) =>
  world.engine.call('CreateFileSystem', {
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    Tags: [{ Key: 'drt:root', Value: root }],
  });

const settled = async (id: string) => {
  const read = async () => (await world.engine.call('DescribeFileSystems', { FileSystemIds: [id] })).FileSystems?.[0];
  await expect.poll(async () => (await read())?.Lifecycle).not.toBe('CREATING');
  return read();
};

test('a directory below FILE_SYSTEM_ROOTS is adopted, worked on, and outlives its file system', async () => {
  const root = join(world.directory, 'roots/project');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'mine'), 'precious');
  const id = (await adopt(root)).FileSystem?.FileSystemId ?? '';
  // Nobody needs to wait for AVAILABLE: the task does.
  await world.link(id, 'bucket/adopted');
  expect((await world.end((await world.create('export', id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  expect((await settled(id))?.Lifecycle).toBe('AVAILABLE');
  const where = await world.engine.tell('DescribeFileSystemDirectory', { FileSystemId: id });
  expect(where).toEqual({ Directory: root, Adopted: true });
  await expect(adopt(root)).rejects.toThrow(id);
  await world.engine.call('DeleteFileSystem', { FileSystemId: id });
  await expect
    .poll(async () =>
      (await world.engine.call('DescribeFileSystems', {})).FileSystems?.some((each) => each.FileSystemId === id),
    )
    .toBe(false);
  expect(readdirSync(root)).toEqual(['mine']);
});

test.each([
  ['a relative path', 'roots/x'],
  ['a path that climbs', '/roots/../etc'],
  ['a path outside', '/etc'],
])('%s is refused at once', async (_, root) => {
  await expect(adopt(root)).rejects.toBeInstanceOf(FsxError);
});

test('what only a worker can see makes the file system FAILED, and its tasks with it', async () => {
  const roots = join(world.directory, 'roots');
  mkdirSync(roots, { recursive: true });
  symlinkSync('/etc', join(roots, 'sly'));
  for (const [name, reason] of [
    ['missing', 'cannot be used'],
    ['sly', 'not below a directory of FILE_SYSTEM_ROOTS'],
  ] as const) {
    const id = (await adopt(join(roots, name))).FileSystem?.FileSystemId ?? '';
    expect(await settled(id)).toMatchObject({
      Lifecycle: 'FAILED',
      FailureDetails: { Message: expect.stringContaining(reason) },
    });
  }
});

test('an association to a bucket that is not there is MISCONFIGURED and says why', async () => {
  const { id } = await world.fileSystem();
  const association = await world.link(id, 'no-such-bucket', '/x');
  const read = async () =>
    (await world.engine.call('DescribeDataRepositoryAssociations', { AssociationIds: [association] }))
      .Associations?.[0];
  await expect.poll(async () => (await read())?.Lifecycle).toBe('MISCONFIGURED');
  expect((await read())?.FailureDetails?.Message).toContain('no-such-bucket');
});

test('associations neither overlap in the tree nor in the bucket, and there are at most eight', async () => {
  const { id } = await world.fileSystem();
  await world.link(id, 'bucket/one', '/a/b');
  for (const [repository, path] of [
    ['bucket/two', '/a'],
    ['bucket/two', '/a/b/c'],
    ['bucket/two', '/'],
    ['bucket/one/deeper', '/z'],
    ['bucket', '/z'],
  ] as const) {
    await expect(world.link(id, repository, path)).rejects.toThrow('overlaps');
  }
  for (let n = 2; n <= 8; n += 1) await world.link(id, `bucket/n${n}`, `/n${n}`);
  await expect(world.link(id, 'bucket/n9', '/n9')).rejects.toThrow('8');
});

test('an association may begin with an import, and its policies can be changed later', async () => {
  const { id, root } = await world.fileSystem();
  await world.s3.send(new PutObjectCommand({ Bucket: 'other', Key: 'first/file', Body: 'x' }));
  const { Association: made } = await world.engine.call('CreateDataRepositoryAssociation', {
    FileSystemId: id,
    FileSystemPath: '/in',
    DataRepositoryPath: 's3://other/first',
    BatchImportMetaDataOnCreate: true,
    S3: { AutoExportPolicy: { Events: ['NEW'] } },
  });
  const tasks = async () =>
    (await world.engine.call('DescribeDataRepositoryTasks', { Filters: [{ Name: 'file-system-id', Values: [id] }] }))
      .DataRepositoryTasks ?? [];
  await expect.poll(async () => (await tasks()).length).toBe(1);
  const [task] = await tasks();
  expect((await world.end(task?.TaskId ?? '')).Lifecycle).toBe('SUCCEEDED');
  expect(readdirSync(join(root, 'in'))).toEqual(['file']);
  const { Association: updated } = await world.engine.call('UpdateDataRepositoryAssociation', {
    AssociationId: made?.AssociationId ?? '',
    S3: { AutoImportPolicy: { Events: ['NEW', 'CHANGED'] } },
  });
  expect(updated?.S3).toEqual({
    AutoExportPolicy: { Events: ['NEW'] },
    AutoImportPolicy: { Events: ['NEW', 'CHANGED'] },
  });
});

test('tags: added, replaced, listed, removed, by ARN; unknown ARNs are told apart', async () => {
  const { id } = await world.fileSystem();
  const arn = `arn:aws:fsx:us-east-1:123456789012:file-system/${id}`;
  await world.engine.call('TagResource', {
    ResourceARN: arn,
    Tags: [
      { Key: 'Name', Value: 'a' },
      { Key: 'b', Value: '1' },
    ],
  });
  await world.engine.call('TagResource', { ResourceARN: arn, Tags: [{ Key: 'Name', Value: 'z' }] });
  await world.engine.call('UntagResource', { ResourceARN: arn, TagKeys: ['b', 'not there'] });
  expect((await world.engine.call('ListTagsForResource', { ResourceARN: arn })).Tags).toEqual([
    { Key: 'Name', Value: 'z' },
  ]);
  const code = async (resource: string) =>
    world.engine.call('ListTagsForResource', { ResourceARN: resource }).then(
      () => 'fine',
      (error: unknown) => (error instanceof FsxError ? error.code : 'broken'),
    );
  expect(await code(arn.replace(id, 'fs-00000000000000000'))).toBe('ResourceNotFound');
  expect(await code('arn:aws:fsx:us-east-1:123456789012:backup/backup-0123456789')).toBe('NotServiceResourceError');
  const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
  await expect(world.engine.call('TagResource', { ResourceARN: arn, Tags: many })).rejects.toThrow('at most 50');
});
