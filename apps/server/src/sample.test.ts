import { lstatSync } from 'node:fs';
import { join } from 'node:path';

import { FSx } from '@aws-sdk/client-fsx';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';

import { CLIENT, startTestServer, temporaryFolder } from './testing.ts';
import { exportOf, objectsBelow } from './tree.testing.ts';

/** What the requirements ask of the sample's files. */
const expectMixedKinds = (root: string, paths: readonly string[]) => {
  expect(paths.length).toBeGreaterThan(250);
  expect(paths.length).toBeLessThan(400);
  const large = lstatSync(join(root, 'large/64-mib.bin'));
  expect(large.size).toBe(64 * 1024 * 1024);
  // Not sparse.
  expect(large.blocks * 512).toBeGreaterThanOrEqual(large.size);
  const names = paths.filter((path) => path.startsWith('odd-names/')).map((path) => path.slice('odd-names/'.length));
  expect(names.some((name) => Buffer.byteLength(name) === 255)).toBe(true);
  for (const odd of ['\n', '\t', '"', ',', '\u202E', '\u200B']) {
    expect(names.some((name) => name.includes(odd))).toBe(true);
  }
};

/** The file system and the repository of the sample, as a client sees them. */
const describeSample = async (fsx: FSx) => {
  const { FileSystems } = await fsx.describeFileSystems();
  expect(FileSystems).toMatchObject([{ Lifecycle: 'AVAILABLE', Tags: [{ Key: 'Name', Value: 'sample' }] }]);
  const FileSystemId = FileSystems?.[0]?.FileSystemId ?? '';
  const { Associations } = await fsx.describeDataRepositoryAssociations();
  expect(Associations).toMatchObject([{ FileSystemId, FileSystemPath: '/' }]);
  const url = new URL(Associations?.[0]?.DataRepositoryPath ?? '');
  return { FileSystemId, bucket: url.hostname, prefix: url.pathname.slice(1) };
};

test('an empty data directory gets a sample, which a first export takes to S3 as it is', async () => {
  await using server = await startTestServer({ SAMPLE: '' });
  const fsx = new FSx({ ...CLIENT, endpoint: server.url });
  const s3 = new S3Client({ ...CLIENT, endpoint: server.s3Endpoint, forcePathStyle: true });

  // Ready means that the sample is there.
  const { FileSystemId, bucket, prefix } = await describeSample(fsx);
  const root = server.directoryOf(FileSystemId);
  const entries = exportOf(root);
  const count = Object.keys(entries).length;
  expectMixedKinds(root, Object.keys(entries));

  const { DataRepositoryTask } = await fsx.createDataRepositoryTask({
    Type: 'EXPORT_TO_REPOSITORY',
    FileSystemId,
    Report: { Enabled: false },
  });
  const TaskIds = [DataRepositoryTask?.TaskId ?? ''];
  await vi.waitFor(
    async () => {
      const { DataRepositoryTasks } = await fsx.describeDataRepositoryTasks({ TaskIds });
      const Status = { TotalCount: count, SucceededCount: count, FailedCount: 0 };
      expect(DataRepositoryTasks).toMatchObject([{ Lifecycle: 'SUCCEEDED', Status }]);
    },
    { timeout: 60_000 },
  );
  expect(await objectsBelow(s3, bucket, prefix)).toEqual(entries);
  fsx.destroy();
  s3.destroy();
}, 120_000);

test('a data directory that was used before gets none, even when nothing is in it any more', async () => {
  using folder = temporaryFolder();
  const fileSystems = async (settings: Record<string, string>) => {
    await using server = await startTestServer({ WORKERS: '0', ...settings }, folder.path);
    const fsx = new FSx({ ...CLIENT, endpoint: server.url });
    const { FileSystems } = await fsx.describeFileSystems();
    fsx.destroy();
    return FileSystems;
  };
  expect(await fileSystems({ SAMPLE: 'off' })).toEqual([]);
  expect(await fileSystems({ SAMPLE: '' })).toEqual([]);
});
