import { z } from 'zod';

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
  WeeklyMaintenanceStartTime: weeklyTime.optional(),
  DeploymentType: z.enum(LUSTRE_DEPLOYMENT_TYPES).optional(),
  PerUnitStorageThroughput: integer(12, 1000).optional(),
  DailyAutomaticBackupStartTime: dailyTime.optional(),
  AutomaticBackupRetentionDays: integer(0, 90).optional(),
  CopyTagsToBackups: z.boolean().optional(),
  DriveCacheType: z.enum(['NONE', 'READ']).optional(),
  DataCompressionType: z.enum(['NONE', 'LZ4']).optional(),
  EfaEnabled: z.boolean().optional(),
  LogConfiguration: z
    .strictObject({
      Level: z.enum(['DISABLED', 'WARN_ONLY', 'ERROR_ONLY', 'WARN_ERROR']),
      Destination: generalArn.optional(),
    })
    .optional(),
  RootSquashConfiguration: z
    .strictObject({
      RootSquash: text({ min: 3, max: 21, pattern: /^([0-9]{1,10}):([0-9]{1,10})$/, like: 'UID:GID' }).optional(),
      NoSquashNids: z
        .array(
          text({
            min: 11,
            max: 43,
            pattern: /^([0-9[\]-]*\.){3}([0-9[\]-]*)@tcp$/,
            like: 'a Lustre network identifier such as 10.0.1.6@tcp',
          }),
        )
        .max(64)
        .optional(),
    })
    .optional(),
  MetadataConfiguration: z
    .strictObject({ Iops: integer(1500, 192000).optional(), Mode: z.enum(['AUTOMATIC', 'USER_PROVISIONED']) })
    .optional(),
  ThroughputCapacity: integer(4000, 2000000).optional(),
  DataReadCacheConfiguration: z
    .strictObject({
      SizingMode: z.enum(['NO_CACHE', 'USER_PROVISIONED', 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY']).optional(),
      SizeGiB: storageCapacity.optional(),
    })
    .optional(),
};

const lustreConfiguration = z.strictObject({
  ...tuning,
  ImportPath: archivePath.optional(),
  ExportPath: archivePath.optional(),
  ImportedFileChunkSize: integer(1, 512000).optional(),
  AutoImportPolicy: z.enum(['NONE', 'NEW', 'NEW_CHANGED', 'NEW_CHANGED_DELETED']).optional(),
});
export type LustreConfiguration = z.output<typeof lustreConfiguration>;

export const fileSystem = z.object({
  OwnerId: z.string().optional(),
  CreationTime: timestamp.optional(),
  FileSystemId: z.string().optional(),
  FileSystemType: openEnum(FILE_SYSTEM_TYPES).optional(),
  Lifecycle: openEnum(FILE_SYSTEM_LIFECYCLES).optional(),
  FailureDetails: failureDetails.optional(),
  StorageCapacity: z.number().optional(),
  StorageType: openEnum(STORAGE_TYPES).optional(),
  VpcId: z.string().optional(),
  SubnetIds: z.array(z.string()).optional(),
  NetworkInterfaceIds: z.array(z.string()).optional(),
  DNSName: z.string().optional(),
  KmsKeyId: z.string().optional(),
  ResourceARN: z.string().optional(),
  Tags: tagsOut.optional(),
  LustreConfiguration: z
    .object({
      DeploymentType: openEnum(LUSTRE_DEPLOYMENT_TYPES).optional(),
      MountName: z.string().optional(),
      WeeklyMaintenanceStartTime: z.string().optional(),
      PerUnitStorageThroughput: z.number().optional(),
      DailyAutomaticBackupStartTime: z.string().optional(),
      AutomaticBackupRetentionDays: z.number().optional(),
      CopyTagsToBackups: z.boolean().optional(),
      DataCompressionType: openEnum(['NONE', 'LZ4']).optional(),
    })
    .optional(),
  FileSystemTypeVersion: z.string().optional(),
});
export type FileSystem = z.output<typeof fileSystem>;

/** A configuration of a file system type that is not served: kept out of the model, refused by the engine. */
const notLustre = z.unknown().optional();

export const fileSystemOperations = {
  CreateFileSystem: {
    input: z.strictObject({
      ClientRequestToken: clientRequestToken.optional(),
      FileSystemType: z.enum(FILE_SYSTEM_TYPES),
      StorageCapacity: storageCapacity.optional(),
      StorageType: z.enum(STORAGE_TYPES).optional(),
      SubnetIds: z.array(subnetId).max(50),
      SecurityGroupIds: z.array(securityGroupId).max(50).optional(),
      Tags: tags.optional(),
      KmsKeyId: text({ min: 1, max: 2048, pattern: /^.{1,2048}$/ }).optional(),
      LustreConfiguration: lustreConfiguration.optional(),
      FileSystemTypeVersion: text({ min: 1, max: 20, pattern: /^[0-9](.[0-9]*)*$/, like: 'a version' }).optional(),
      NetworkType: z.enum(['IPV4', 'DUAL']).optional(),
      WindowsConfiguration: notLustre,
      OntapConfiguration: notLustre,
      OpenZFSConfiguration: notLustre,
    }),
    output: z.object({ FileSystem: fileSystem.optional() }),
  },
  DescribeFileSystems: {
    input: z.strictObject({
      FileSystemIds: z.array(fileSystemId).max(50).optional(),
      MaxResults: maxResults.optional(),
      NextToken: nextToken.optional(),
    }),
    output: z.object({ FileSystems: z.array(fileSystem).optional(), NextToken: nextToken.optional() }),
  },
  DeleteFileSystem: {
    input: z.strictObject({
      FileSystemId: fileSystemId,
      ClientRequestToken: clientRequestToken.optional(),
      LustreConfiguration: z
        .strictObject({ SkipFinalBackup: z.boolean().optional(), FinalBackupTags: tags.optional() })
        .optional(),
      WindowsConfiguration: notLustre,
      OpenZFSConfiguration: notLustre,
    }),
    output: z.object({
      FileSystemId: z.string().optional(),
      Lifecycle: openEnum(FILE_SYSTEM_LIFECYCLES).optional(),
      LustreResponse: z.object({ FinalBackupId: z.string().optional() }).optional(),
    }),
  },
};
