import { join } from 'node:path';

import type { Engine } from '@drt/engine';

import { writeSampleTree } from './sample-tree.ts';

interface SampleOptions {
  readonly engine: Pick<Engine, 'call'>;
  readonly dataDirectory: string;
  /** Bucket of the linked repository. */
  readonly bucket: string;
  /** Ends the writing early. */
  readonly signal: AbortSignal;
}

/**
 * Makes the sample of an empty data directory: a file system full of files, linked to a bucket, so that the first export
 * is two clicks away. It asks the engine as any client would.
 */
export const makeSample = async ({ engine, dataDirectory, bucket, signal }: SampleOptions): Promise<void> => {
  const { FileSystem } = await engine.call('CreateFileSystem', {
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    Tags: [{ Key: 'Name', Value: 'sample' }],
  });
  const FileSystemId = FileSystem?.FileSystemId;
  if (!FileSystemId) throw new Error('CreateFileSystem answered without a FileSystemId');

  await engine.call('CreateDataRepositoryAssociation', {
    FileSystemId,
    FileSystemPath: '/',
    DataRepositoryPath: `s3://${bucket}/export/`,
    Tags: [{ Key: 'Name', Value: 'sample' }],
  });
  await writeSampleTree(join(dataDirectory, 'file-systems', FileSystemId), signal);
};
