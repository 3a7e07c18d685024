import { AsyncLocalStorage } from 'node:async_hooks';

import {
  CancelDataRepositoryTaskCommand,
  CreateDataRepositoryAssociationCommand,
  CreateDataRepositoryTaskCommand,
  CreateFileSystemCommand,
  type CreateFileSystemCommandInput,
  DeleteDataRepositoryAssociationCommand,
  DeleteFileSystemCommand,
  type DeleteFileSystemCommandInput,
  DescribeDataRepositoryAssociationsCommand,
  DescribeDataRepositoryTasksCommand,
  DescribeFileSystemsCommand,
  FSxClient,
  FSxServiceException,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDataRepositoryAssociationCommand,
} from '@aws-sdk/client-fsx';
import { encodeOutput, type Input, type OperationName, type Output } from '@drt/contract';
import type { ApiError } from '@drt/contract/console-api';
import { FsxError } from '@drt/contract/errors';

import type { Lane, RateLimit } from './rate-limit.ts';

/** How each operation is sent. One that is missing here does not compile. */
const SEND: { readonly [Name in OperationName]: (client: FSxClient, input: Input<Name>) => Promise<object> } = {
  // The contract leaves the configurations of other file system types unread; FSx itself judges them.
  CreateFileSystem: (client, input) => client.send(new CreateFileSystemCommand(input as CreateFileSystemCommandInput)),
  DescribeFileSystems: (client, input) => client.send(new DescribeFileSystemsCommand(input)),
  DeleteFileSystem: (client, input) =>
    // As above.
    client.send(new DeleteFileSystemCommand(input as DeleteFileSystemCommandInput)),
  CreateDataRepositoryAssociation: (client, input) => client.send(new CreateDataRepositoryAssociationCommand(input)),
  DescribeDataRepositoryAssociations: (client, input) =>
    client.send(new DescribeDataRepositoryAssociationsCommand(input)),
  UpdateDataRepositoryAssociation: (client, input) => client.send(new UpdateDataRepositoryAssociationCommand(input)),
  DeleteDataRepositoryAssociation: (client, input) => client.send(new DeleteDataRepositoryAssociationCommand(input)),
  CreateDataRepositoryTask: (client, input) => client.send(new CreateDataRepositoryTaskCommand(input)),
  DescribeDataRepositoryTasks: (client, input) => client.send(new DescribeDataRepositoryTasksCommand(input)),
  CancelDataRepositoryTask: (client, input) => client.send(new CancelDataRepositoryTaskCommand(input)),
  TagResource: (client, input) => client.send(new TagResourceCommand(input)),
  UntagResource: (client, input) => client.send(new UntagResourceCommand(input)),
  ListTagsForResource: (client, input) => client.send(new ListTagsForResourceCommand(input)),
};

export interface FsxOptions {
  /** URL of the FSx endpoint; Amazon's own of that region if absent. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  /** The SDK's own chain of providers if absent. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Asked before each request that is sent, the SDK's own retries included. */
  readonly limit?: RateLimit;
}

/** FSx as the console's back end sees it: Amazon's, or ours, which it cannot tell apart. */
export interface Fsx extends Disposable {
  /**
   * @param lane who waits for the answer; people if not said.
   * @returns the answer in AWS JSON, which is what the console decodes.
   * @throws FsxCallError
   */
  call<Name extends OperationName>(operation: Name, input: Input<Name>, lane?: Lane): Promise<unknown>;
}

/** A call that AWS refused, or that never reached it. */
export class FsxCallError extends Error {
  /** HTTP status for the console. */
  readonly status: number;
  readonly body: ApiError;

  constructor(status: number, body: ApiError, cause?: unknown) {
    super(body.message, { cause });
    this.name = 'FsxCallError';
    this.status = status;
    this.body = body;
  }
}

/** What AWS calls credentials that it does not take. In a region that the account has not opted into it says the same. */
const NOT_ACCEPTED: ReadonlySet<string> = new Set([
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ExpiredTokenException',
  'InvalidClientTokenId',
]);

const statusOf = (code: string, said: number | undefined) => {
  if (code === 'AccessDeniedException') return 403;
  return NOT_ACCEPTED.has(code) ? 401 : (said ?? 500);
};

/** The action that was denied: as AWS says it, since creating a task may fail for the tags it is created with. */
const permissionIn = (message: string, otherwise: string) =>
  /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1] ?? otherwise;

/** What `error` says about the server's own credentials, before anything was sent; undefined if it is another one. */
export const credentialsFailure = (error: unknown): FsxCallError | undefined => {
  // Of credentials, of single sign-on tokens, and of whatever provider the chain gets next.
  if (!(error instanceof Error) || !error.name.endsWith('ProviderError')) return undefined;
  const message = `The server has no AWS credentials to call AWS with: ${error.message}`;
  return new FsxCallError(401, { code: 'NoCredentials', message }, error);
};

const refusal = (operation: OperationName, error: FSxServiceException) => {
  const { httpStatusCode, requestId } = error.$metadata;
  const { name: code, message } = error;
  const permission = code === 'AccessDeniedException' ? permissionIn(message, `fsx:${operation}`) : undefined;
  const body = { code, message, ...(requestId ? { requestId } : {}), ...(permission ? { permission } : {}) };
  return new FsxCallError(statusOf(code, httpStatusCode), body, error);
};

const isThrottled = (error: unknown) => error instanceof Error && /Throttl|TooManyRequests/.test(error.name);

/** Enough for AWS to get over what it throttled; waiting apart, which is the SDK's matter. */
const AWS_ATTEMPTS = 4;

/** Middleware of the SDK's client: waits for the turn of a request, and tells the limit what came of it. */
const paced =
  (limit: RateLimit, lanes: AsyncLocalStorage<Lane>) =>
  <Args, Answer>(next: (args: Args) => Promise<Answer>) =>
  async (args: Args) => {
    await limit.turn(lanes.getStore() ?? 'people');
    try {
      const answer = await next(args);
      limit.answered(false);
      return answer;
    } catch (error) {
      limit.answered(isThrottled(error));
      throw error;
    }
  };

export const openFsx = ({ endpoint, region, credentials, limit }: FsxOptions): Fsx => {
  const client = new FSxClient({
    ...(endpoint ? { endpoint } : {}),
    // The settings have judged the environment's: one that is a single region's must not be used for all.
    ignoreConfiguredEndpointUrls: true,
    region,
    ...(credentials ? { credentials } : {}),
    ...(limit ? { maxAttempts: AWS_ATTEMPTS } : {}),
    requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000 },
  });
  const lanes = new AsyncLocalStorage<Lane>();
  if (limit) {
    client.middlewareStack.addRelativeTo(paced(limit, lanes), {
      name: 'rateLimit',
      // So that each attempt waits its turn.
      relation: 'after',
      toMiddleware: 'retryMiddleware',
    });
  }

  const failureOf = (operation: OperationName, error: unknown): unknown => {
    if (error instanceof FsxError) return error;
    if (error instanceof FSxServiceException) return refusal(operation, error);
    const without = credentialsFailure(error);
    if (without) return without;
    // The SDK marks what it threw after trying to send; anything else is a mistake of ours.
    if (!(error instanceof Error && '$metadata' in error)) return error;
    const where = endpoint ? `FSx at ${new URL(endpoint).origin}` : `Amazon FSx in ${region}`;
    return new FsxCallError(502, { code: 'NetworkError', message: `The server could not reach ${where}.` }, error);
  };

  return {
    async call<Name extends OperationName>(operation: Name, input: Input<Name>, lane: Lane = 'people') {
      try {
        const output = await lanes.run(lane, () => SEND[operation](client, input));
        // The SDK types required members as possibly undefined; encoding checks what came.
        return encodeOutput(operation, output as Output<Name>);
      } catch (error) {
        throw failureOf(operation, error);
      }
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};
