import type { Input } from '@drt/contract';

type Request = Input<'CreateFileSystem'>;

/** The members of CreateFileSystem that are kept and shown again. Stored as JSON. */
export type FileSystemSettings = Pick<
  Request,
  'StorageCapacity' | 'StorageType' | 'SubnetIds' | 'KmsKeyId' | 'LustreConfiguration' | 'FileSystemTypeVersion'
>;
