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
  /** URL of the FSx endpoint. */
  readonly endpoint: string;
  readonly region: string;
  /** The SDK's own chain of providers if absent. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** FSx as the console's back end sees it: Amazon's, or ours, which it cannot tell apart. */
export interface Fsx extends Disposable {
  /**
   * @returns the answer in AWS JSON, which is what the console decodes.
   * @throws FsxCallError
   */
  call<Name extends OperationName>(operation: Name, input: Input<Name>): Promise<unknown>;
}

/** A call that FSx refused, or that never reached it. */
export class FsxCallError extends Error {
  /** HTTP status for the console. */
  readonly status: number;
  readonly body: ApiError;

  constructor(status: number, body: ApiError, cause: unknown) {
    super(body.message, { cause });
    this.name = 'FsxCallError';
    this.status = status;
    this.body = body;
  }
}

const unreachable = (endpoint: string, error: Error): string => {
  if (error.name === 'CredentialsProviderError') return 'The server has no AWS credentials to call FSx with.';
  return `The server could not reach FSx at ${new URL(endpoint).origin}.`;
};

const callError = (endpoint: string, error: unknown): unknown => {
  if (error instanceof FSxServiceException) {
    const { httpStatusCode: status = 500, requestId } = error.$metadata;
    const body = { code: error.name, message: error.message, ...(requestId ? { requestId } : {}) };
    return new FsxCallError(status, body, error);
  }
  // The SDK marks what it threw after trying to send; anything else is a mistake of ours.
  if (error instanceof Error && ('$metadata' in error || error.name === 'CredentialsProviderError')) {
    return new FsxCallError(502, { code: 'NetworkError', message: unreachable(endpoint, error) }, error);
  }
  return error;
};

export const openFsx = ({ endpoint, region, credentials }: FsxOptions): Fsx => {
  const client = new FSxClient({
    endpoint,
    region,
    ...(credentials ? { credentials } : {}),
    requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000 },
  });
  return {
    async call<Name extends OperationName>(operation: Name, input: Input<Name>) {
      try {
        const output = await SEND[operation](client, input);
        // The SDK types required members as possibly undefined; encoding checks what came.
        return encodeOutput(operation, output as Output<Name>);
      } catch (error) {
        throw callError(endpoint, error);
      }
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};
