import { S3Error } from '../wire/errors.ts';
import type { Operation } from '../wire/request.ts';
import * as buckets from './buckets.ts';
import type { Handler } from './context.ts';
import * as multipart from './multipart.ts';
import * as objects from './objects.ts';

/** All of S3 that the sandbox speaks. */
export const HANDLERS: Readonly<Record<Operation, Handler>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getBucketVersioning,
  ListObjects: buckets.listObjects,
  ListObjectsV2: buckets.listObjectsV2,

  PutObject: objects.putObject,
  CopyObject: objects.copyObject,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  GetObjectTagging: objects.getObjectTagging,
  DeleteObject: objects.deleteObject,
  DeleteObjects: objects.deleteObjects,

  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPart: multipart.uploadPart,
  UploadPartCopy: multipart.uploadPartCopy,
  CompleteMultipartUpload: multipart.completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
  ListParts: multipart.listParts,
  ListMultipartUploads: multipart.listMultipartUploads,

  Unsupported: () => {
    throw new S3Error('NotImplemented');
  },
};
