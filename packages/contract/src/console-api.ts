import { z } from 'zod/mini';

/**
 * What only the console and its back end say to each other; everything else is FSx itself.
 *
 * `POST /api/fsx/<Operation>` takes and answers the AWS JSON of that operation. A refusal has the HTTP status of the
 * FSx error and an `apiError` as body. `GET /api/context` answers a `context`.
 */

export const apiError = z.object({
  /** An FSx error code, or `NetworkError` when the back end could not reach FSx. */
  code: z.string(),
  message: z.string(),
  requestId: z.optional(z.string()),
});
export type ApiError = z.output<typeof apiError>;

/** Where the console is looking. */
export const context = z.object({
  region: z.string(),
  /** `engine`: this project's own endpoint. `aws`: the real service. */
  target: z.enum(['engine', 'aws']),
  /** The S3 endpoint that tasks talk to; absent for real S3. */
  s3Endpoint: z.optional(z.string()),
  version: z.string(),
});
export type Context = z.output<typeof context>;
