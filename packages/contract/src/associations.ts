import { z } from 'zod/mini';

import { tags, tagsOut } from './tags.ts';
import {
  archivePath,
  associationId,
  clientRequestToken,
  failureDetails,
  fileSystemId,
  filters,
  integer,
  namespacePath,
  nextToken,
  openEnum,
  timestamp,
} from './wire.ts';

export const ASSOCIATION_LIFECYCLES = [
  'CREATING',
  'AVAILABLE',
  'MISCONFIGURED',
  'UPDATING',
  'DELETING',
  'FAILED',
] as const;
export type AssociationLifecycle = (typeof ASSOCIATION_LIFECYCLES)[number];

export const EVENT_TYPES = ['NEW', 'CHANGED', 'DELETED'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Most associations of one file system (FSx user guide, "Linking your file system to an S3 bucket"). */
export const MAX_ASSOCIATIONS = 8;

const policy = z.strictObject({ Events: z.optional(z.array(z.enum(EVENT_TYPES)).check(z.maxLength(3))) });
const s3Configuration = z.strictObject({
  AutoImportPolicy: z.optional(policy),
  AutoExportPolicy: z.optional(policy),
});
export type S3Configuration = z.output<typeof s3Configuration>;

const policyOut = z.object({ Events: z.optional(z.array(openEnum(EVENT_TYPES))) });

const importedFileChunkSize = integer(1, 512000);

export const association = z.object({
  AssociationId: z.optional(z.string()),
  ResourceARN: z.optional(z.string()),
  FileSystemId: z.optional(z.string()),
  Lifecycle: z.optional(openEnum(ASSOCIATION_LIFECYCLES)),
  FailureDetails: z.optional(failureDetails),
  FileSystemPath: z.optional(z.string()),
  DataRepositoryPath: z.optional(z.string()),
  BatchImportMetaDataOnCreate: z.optional(z.boolean()),
  ImportedFileChunkSize: z.optional(z.number()),
  S3: z.optional(z.object({ AutoImportPolicy: z.optional(policyOut), AutoExportPolicy: z.optional(policyOut) })),
  Tags: z.optional(tagsOut),
  CreationTime: z.optional(timestamp),
});
export type DataRepositoryAssociation = z.output<typeof association>;

export const ASSOCIATION_FILTERS = [
  'file-system-id',
  'backup-type',
  'file-system-type',
  'volume-id',
  'data-repository-type',
  'file-cache-id',
  'file-cache-type',
] as const;

export const associationOperations = {
  CreateDataRepositoryAssociation: {
    input: z.strictObject({
      FileSystemId: fileSystemId,
      FileSystemPath: z.optional(namespacePath),
      DataRepositoryPath: archivePath,
      BatchImportMetaDataOnCreate: z.optional(z.boolean()),
      ImportedFileChunkSize: z.optional(importedFileChunkSize),
      S3: z.optional(s3Configuration),
      ClientRequestToken: z.optional(clientRequestToken),
      Tags: z.optional(tags),
    }),
    output: z.object({ Association: z.optional(association) }),
  },
  DescribeDataRepositoryAssociations: {
    input: z.strictObject({
      AssociationIds: z.optional(z.array(associationId).check(z.maxLength(50))),
      Filters: z.optional(filters(ASSOCIATION_FILTERS, 10)),
      MaxResults: z.optional(integer(1, 25)),
      NextToken: z.optional(nextToken),
    }),
    output: z.object({ Associations: z.optional(z.array(association)), NextToken: z.optional(nextToken) }),
  },
  UpdateDataRepositoryAssociation: {
    input: z.strictObject({
      AssociationId: associationId,
      ClientRequestToken: z.optional(clientRequestToken),
      ImportedFileChunkSize: z.optional(importedFileChunkSize),
      S3: z.optional(s3Configuration),
    }),
    output: z.object({ Association: z.optional(association) }),
  },
  DeleteDataRepositoryAssociation: {
    input: z.strictObject({
      AssociationId: associationId,
      ClientRequestToken: z.optional(clientRequestToken),
      DeleteDataInFileSystem: z.optional(z.boolean()),
    }),
    output: z.object({
      AssociationId: z.optional(z.string()),
      Lifecycle: z.optional(openEnum(ASSOCIATION_LIFECYCLES)),
      DeleteDataInFileSystem: z.optional(z.boolean()),
    }),
  },
};
