import { z } from 'zod/mini';

import { tags, tagsOut } from './tags.ts';
import {
  archivePath,
  clientRequestToken,
  failureDetails,
  fileSystemId,
  integer,
  maxResults,
  nextToken,
  openEnum,
  securityGroupId,
  subnetId,
  text,
  timestamp,
} from './wire.ts';

export const FILE_SYSTEM_LIFECYCLES = [
  'AVAILABLE',
  'CREATING',
  'FAILED',
  'DELETING',
  'MISCONFIGURED',
  'UPDATING',
  'MISCONFIGURED_UNAVAILABLE',
] as const;
export type FileSystemLifecycle = (typeof FILE_SYSTEM_LIFECYCLES)[number];

export const FILE_SYSTEM_TYPES = ['WINDOWS', 'LUSTRE', 'ONTAP', 'OPENZFS'] as const;
export const STORAGE_TYPES = ['SSD', 'HDD', 'INTELLIGENT_TIERING'] as const;
export const LUSTRE_DEPLOYMENT_TYPES = ['SCRATCH_1', 'SCRATCH_2', 'PERSISTENT_1', 'PERSISTENT_2'] as const;

const storageCapacity = integer(0, 2147483647);
const weeklyTime = text({ min: 7, max: 7, pattern: /^[1-7]:([01]\d|2[0-3]):?([0-5]\d)$/, like: 'd:HH:MM' });
const dailyTime = text({ min: 5, max: 5, pattern: /^([01]\d|2[0-3]):?([0-5]\d)$/, like: 'HH:MM' });
const generalArn = text({
  min: 8,
  max: 1024,
  pattern: /^arn:[^:]{1,63}:[^:]{0,63}:[^:]{0,63}:(?:|\d{12}):[^/].{0,1023}$/,
  like: 'an ARN',
});

/** The members that only tune a real Lustre: kept and shown again, without effect on a directory tree. */
const tuning = {
  WeeklyMaintenanceStartTime: z.optional(weeklyTime),
  DeploymentType: z.optional(z.enum(LUSTRE_DEPLOYMENT_TYPES)),
  PerUnitStorageThroughput: z.optional(integer(12, 1000)),
  DailyAutomaticBackupStartTime: z.optional(dailyTime),
  AutomaticBackupRetentionDays: z.optional(integer(0, 90)),
  CopyTagsToBackups: z.optional(z.boolean()),
  DriveCacheType: z.optional(z.enum(['NONE', 'READ'])),
  DataCompressionType: z.optional(z.enum(['NONE', 'LZ4'])),
  EfaEnabled: z.optional(z.boolean()),
  LogConfiguration: z.optional(
    z.strictObject({
      Level: z.enum(['DISABLED', 'WARN_ONLY', 'ERROR_ONLY', 'WARN_ERROR']),
      Destination: z.optional(generalArn),
    }),
  ),
  RootSquashConfiguration: z.optional(
    z.strictObject({
      RootSquash: z.optional(text({ min: 3, max: 21, pattern: /^([0-9]{1,10}):([0-9]{1,10})$/, like: 'UID:GID' })),
      NoSquashNids: z.optional(
        z
          .array(
            text({
              min: 11,
              max: 43,
              pattern: /^([0-9[\]-]*\.){3}([0-9[\]-]*)@tcp$/,
              like: 'a Lustre network identifier such as 10.0.1.6@tcp',
            }),
          )
          .check(z.maxLength(64)),
      ),
    }),
  ),
  MetadataConfiguration: z.optional(
    z.strictObject({ Iops: z.optional(integer(1500, 192000)), Mode: z.enum(['AUTOMATIC', 'USER_PROVISIONED']) }),
  ),
  ThroughputCapacity: z.optional(integer(4000, 2000000)),
  DataReadCacheConfiguration: z.optional(
    z.strictObject({
      SizingMode: z.optional(z.enum(['NO_CACHE', 'USER_PROVISIONED', 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY'])),
      SizeGiB: z.optional(storageCapacity),
    }),
  ),
};

const lustreConfiguration = z.strictObject({
  ...tuning,
  ImportPath: z.optional(archivePath),
  ExportPath: z.optional(archivePath),
  ImportedFileChunkSize: z.optional(integer(1, 512000)),
  AutoImportPolicy: z.optional(z.enum(['NONE', 'NEW', 'NEW_CHANGED', 'NEW_CHANGED_DELETED'])),
});
export type LustreConfiguration = z.output<typeof lustreConfiguration>;

export const fileSystem = z.object({
  OwnerId: z.optional(z.string()),
  CreationTime: z.optional(timestamp),
  FileSystemId: z.optional(z.string()),
  FileSystemType: z.optional(openEnum(FILE_SYSTEM_TYPES)),
  Lifecycle: z.optional(openEnum(FILE_SYSTEM_LIFECYCLES)),
  FailureDetails: z.optional(failureDetails),
  StorageCapacity: z.optional(z.number()),
  StorageType: z.optional(openEnum(STORAGE_TYPES)),
  VpcId: z.optional(z.string()),
  SubnetIds: z.optional(z.array(z.string())),
  NetworkInterfaceIds: z.optional(z.array(z.string())),
  DNSName: z.optional(z.string()),
  KmsKeyId: z.optional(z.string()),
  ResourceARN: z.optional(z.string()),
  Tags: z.optional(tagsOut),
  LustreConfiguration: z.optional(
    z.object({
      DeploymentType: z.optional(openEnum(LUSTRE_DEPLOYMENT_TYPES)),
      MountName: z.optional(z.string()),
      WeeklyMaintenanceStartTime: z.optional(z.string()),
      PerUnitStorageThroughput: z.optional(z.number()),
      DailyAutomaticBackupStartTime: z.optional(z.string()),
      AutomaticBackupRetentionDays: z.optional(z.number()),
      CopyTagsToBackups: z.optional(z.boolean()),
      DataCompressionType: z.optional(openEnum(['NONE', 'LZ4'])),
    }),
  ),
  FileSystemTypeVersion: z.optional(z.string()),
});
export type FileSystem = z.output<typeof fileSystem>;

/** A configuration of a file system type that is not served: kept out of the model, refused by the engine. */
const notLustre = z.optional(z.unknown());

export const fileSystemOperations = {
  CreateFileSystem: {
    input: z.strictObject({
      ClientRequestToken: z.optional(clientRequestToken),
      FileSystemType: z.enum(FILE_SYSTEM_TYPES),
      StorageCapacity: z.optional(storageCapacity),
      StorageType: z.optional(z.enum(STORAGE_TYPES)),
      SubnetIds: z.array(subnetId).check(z.maxLength(50)),
      SecurityGroupIds: z.optional(z.array(securityGroupId).check(z.maxLength(50))),
      Tags: z.optional(tags),
      KmsKeyId: z.optional(text({ min: 1, max: 2048, pattern: /^.{1,2048}$/ })),
      LustreConfiguration: z.optional(lustreConfiguration),
      FileSystemTypeVersion: z.optional(text({ min: 1, max: 20, pattern: /^[0-9](.[0-9]*)*$/, like: 'a version' })),
      NetworkType: z.optional(z.enum(['IPV4', 'DUAL'])),
      WindowsConfiguration: notLustre,
      OntapConfiguration: notLustre,
      OpenZFSConfiguration: notLustre,
    }),
    output: z.object({ FileSystem: z.optional(fileSystem) }),
  },
  DescribeFileSystems: {
    input: z.strictObject({
      FileSystemIds: z.optional(z.array(fileSystemId).check(z.maxLength(50))),
      MaxResults: z.optional(maxResults),
      NextToken: z.optional(nextToken),
    }),
    output: z.object({ FileSystems: z.optional(z.array(fileSystem)), NextToken: z.optional(nextToken) }),
  },
  DeleteFileSystem: {
    input: z.strictObject({
      FileSystemId: fileSystemId,
      ClientRequestToken: z.optional(clientRequestToken),
      LustreConfiguration: z.optional(
        z.strictObject({ SkipFinalBackup: z.optional(z.boolean()), FinalBackupTags: z.optional(tags) }),
      ),
      WindowsConfiguration: notLustre,
      OpenZFSConfiguration: notLustre,
    }),
    output: z.object({
      FileSystemId: z.optional(z.string()),
      Lifecycle: z.optional(openEnum(FILE_SYSTEM_LIFECYCLES)),
      LustreResponse: z.optional(z.object({ FinalBackupId: z.optional(z.string()) })),
    }),
  },
};
