/** Every error the sandbox answers by itself: S3's code, the HTTP status S3 gives it, and what it means. */
const ERRORS = {
  AccessDenied: [403, 'The request may not be carried out with these credentials.'],
  AuthorizationHeaderMalformed: [400, 'The Authorization header cannot be read.'],
  AuthorizationQueryParametersError: [400, 'The signature parameters of the query cannot be read.'],
  BadDigest: [400, 'The body does not match the checksum that was sent with it.'],
  BucketNotEmpty: [409, 'The bucket still holds objects.'],
  EntityTooLarge: [400, 'The body is larger than one request may carry.'],
  EntityTooSmall: [400, 'A part other than the last is smaller than 5 MiB.'],
  IncompleteBody: [400, 'The body is shorter or longer than announced.'],
  InternalError: [500, 'The sandbox failed; its own log says why.'],
  InvalidAccessKeyId: [403, 'The access key is not known here.'],
  InvalidArgument: [400, 'An argument is not valid.'],
  InvalidBucketName: [400, 'The bucket name is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 header is not the base64 form of an MD5.'],
  InvalidPart: [400, 'A part was never uploaded, or its ETag is another one.'],
  InvalidPartOrder: [400, 'The parts are not listed in ascending order.'],
  InvalidRange: [416, 'The object has no bytes in this range.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidURI: [400, 'The request target cannot be decoded.'],
  KeyTooLongError: [400, 'The key is longer than 1024 bytes.'],
  MalformedXML: [400, 'The XML of the body is not what this operation takes.'],
  MetadataTooLarge: [400, 'The user metadata is larger than 2 KiB.'],
  MethodNotAllowed: [405, 'The method is not allowed here.'],
  MissingContentLength: [411, 'The request needs a Content-Length header.'],
  NoSuchBucket: [404, 'There is no such bucket.'],
  NoSuchKey: [404, 'There is no object with this key.'],
  NoSuchUpload: [404, 'There is no such multipart upload: never started, aborted, or completed.'],
  NotImplemented: [501, 'The sandbox does not offer this part of S3.'],
  PreconditionFailed: [412, 'A condition of the request does not hold.'],
  RequestTimeTooSkewed: [403, "The request's time is too far from the sandbox's clock."],
  SignatureDoesNotMatch: [403, 'The signature is not the one that the secret key gives.'],
  XAmzContentSHA256Mismatch: [400, 'The body does not have the SHA-256 of the x-amz-content-sha256 header.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3ErrorCode = keyof typeof ERRORS;

/** What a client is told. Anything else that is thrown becomes an InternalError without details. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;

  constructor(code: S3ErrorCode, message: string = ERRORS[code][1]) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = ERRORS[code][0];
  }
}
