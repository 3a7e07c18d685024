import type { Deviations } from './s3.contract.ts';

const NEWER = 'this part of S3 is younger than radosgw 16';

/** Where Ceph's radosgw 16 (Debian 12) does something else than AWS documents. */
export const RADOSGW_DEVIATIONS: Deviations = {
  'more than 1000 keys in one deletion are refused': 'refuses with 400, but without a code',
  'a copy says the ETag of what it made, in quotation marks': 'leaves the quotation marks out',
  'a copy has conditions on its source': 'ignores them here',
  'user metadata over 2 KB is MetadataTooLarge': 'has no limit',
  'If-Match writes over the object that it names, once': 'compares the ETag with its quotation marks',
  'If-Match without an object is NoSuchKey': 'says PreconditionFailed',
  'a key of 1025 bytes is KeyTooLongError': 'says InvalidObjectName',
  'max-keys must not be negative': 'takes any',
  'a completion says the ETag, in quotation marks': 'leaves the element empty',
  'a completion may leave parts out': 'wants every part that was uploaded',
  'parts out of order are InvalidPartOrder': 'sorts them',
  'part numbers below 1 and above 10000 are InvalidArgument': 'takes 0',
  'completing an upload that is gone is NoSuchUpload': 'says InternalError',
  'the parts of an upload that is gone are NoSuchUpload': 'says NoSuchKey',
  'If-None-Match: * holds for a completion too': NEWER,
  'parts with checksums make an object with the checksum of checksums': NEWER,
  'x-amz-checksum-crc32 and -sha256 are checked': NEWER,
  'a checksum is kept and comes back when asked for': NEWER,
  'a stream comes in chunks with its checksum behind it': NEWER,
  'a stream whose trailing checksum is wrong is refused': NEWER,
  'aws-chunked is not kept as Content-Encoding': 'keeps it',
};
