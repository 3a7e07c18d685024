import { z } from 'zod/mini';

/**
 * What only the console and its back end say to each other; everything else is FSx itself.
 *
 * `POST /api/fsx/<Operation>` takes and answers the AWS JSON of that operation. A refusal has the HTTP status of the
 * FSx error and an `apiError` as body. `GET /api/context` answers a `context`.
 *
 * Every request may name one of the regions of the context in its query, as `?region=eu-west-1`.
 */

export const apiError = z.object({
  /**
   * An FSx error code, or what the back end met on its way to AWS: `NetworkError` when it could not get there,
   * `NoCredentials` when it has none or they have run out, an error code of S3, `ReportNotFound` and `ReportUnreadable`
   * for a completion report that is not there or is no such report.
   */
  code: z.string(),
  message: z.string(),
  requestId: z.optional(z.string()),
  /** The IAM action that the caller lacks, such as `fsx:DescribeFileSystems`. */
  permission: z.optional(z.string()),
});
export type ApiError = z.output<typeof apiError>;

/** Where the console is looking. */
export const context = z.object({
  /** The region that was asked for if it is among `regions`, else the one the server begins with. */
  region: z.string(),
  /** Those that can be looked at. */
  regions: z.array(z.string()),
  /** `engine`: this project's own endpoint. `aws`: the real service, or another FSx that is not this server's. */
  target: z.enum(['engine', 'aws']),
  /** The S3 endpoint that tasks talk to; absent for real S3. */
  s3Endpoint: z.optional(z.string()),
  version: z.string(),
});
export type Context = z.output<typeof context>;
