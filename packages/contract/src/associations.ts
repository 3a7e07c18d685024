import { z } from 'zod';

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

const policy = z.strictObject({ Events: z.array(z.enum(EVENT_TYPES)).max(3).optional() });
const s3Configuration = z.strictObject({
  AutoImportPolicy: policy.optional(),
  AutoExportPolicy: policy.optional(),
});
export type S3Configuration = z.output<typeof s3Configuration>;

const policyOut = z.object({ Events: z.array(openEnum(EVENT_TYPES)).optional() });

const importedFileChunkSize = integer(1, 512000);

export const association = z.object({
  AssociationId: z.string().optional(),
  ResourceARN: z.string().optional(),
  FileSystemId: z.string().optional(),
  Lifecycle: openEnum(ASSOCIATION_LIFECYCLES).optional(),
  FailureDetails: failureDetails.optional(),
  FileSystemPath: z.string().optional(),
  DataRepositoryPath: z.string().optional(),
  BatchImportMetaDataOnCreate: z.boolean().optional(),
  ImportedFileChunkSize: z.number().optional(),
  S3: z.object({ AutoImportPolicy: policyOut.optional(), AutoExportPolicy: policyOut.optional() }).optional(),
  Tags: tagsOut.optional(),
  CreationTime: timestamp.optional(),
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
      FileSystemPath: namespacePath.optional(),
      DataRepositoryPath: archivePath,
      BatchImportMetaDataOnCreate: z.boolean().optional(),
      ImportedFileChunkSize: importedFileChunkSize.optional(),
      S3: s3Configuration.optional(),
      ClientRequestToken: clientRequestToken.optional(),
      Tags: tags.optional(),
    }),
    output: z.object({ Association: association.optional() }),
  },
  DescribeDataRepositoryAssociations: {
    input: z.strictObject({
      AssociationIds: z.array(associationId).max(50).optional(),
      Filters: filters(ASSOCIATION_FILTERS, 10).optional(),
      MaxResults: integer(1, 25).optional(),
      NextToken: nextToken.optional(),
    }),
    output: z.object({ Associations: z.array(association).optional(), NextToken: nextToken.optional() }),
  },
  UpdateDataRepositoryAssociation: {
    input: z.strictObject({
      AssociationId: associationId,
      ClientRequestToken: clientRequestToken.optional(),
      ImportedFileChunkSize: importedFileChunkSize.optional(),
      S3: s3Configuration.optional(),
    }),
    output: z.object({ Association: association.optional() }),
  },
  DeleteDataRepositoryAssociation: {
    input: z.strictObject({
      AssociationId: associationId,
      ClientRequestToken: clientRequestToken.optional(),
      DeleteDataInFileSystem: z.boolean().optional(),
    }),
    output: z.object({
      AssociationId: z.string().optional(),
      Lifecycle: openEnum(ASSOCIATION_LIFECYCLES).optional(),
      DeleteDataInFileSystem: z.boolean().optional(),
    }),
  },
};
