import { decodeInput, encodeOutput, isOperationName, type Input, type OperationName } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';
import type { Engine } from '@drt/engine';
import { type Request, type RequestHandler, type Response } from 'express';

import { bodyOf } from '../request.ts';
import { mayCall } from './access-keys.ts';
import { decodeBody } from './aws-json.ts';
import { UNSERVED_OPERATIONS } from './operation-names.ts';
import type { Verifier } from './signature.ts';

const TARGET_PREFIX = 'AWSSimbaAPIService_v20180301.';

const operationOf = (target: string | undefined): OperationName => {
  if (!target?.startsWith(TARGET_PREFIX)) {
    throw new FsxError(
      'UnknownOperationException',
      `A request needs the header X-Amz-Target: ${TARGET_PREFIX}<Operation>, such as ${TARGET_PREFIX}DescribeFileSystems.`,
    );
  }
  const name = target.slice(TARGET_PREFIX.length);
  if (isOperationName(name)) return name;
  if (UNSERVED_OPERATIONS.has(name)) {
    throw new FsxError('UnsupportedOperation', `${name} is an operation of Amazon FSx that is not served here.`);
  }
  throw new FsxError('UnknownOperationException', `FSx has no operation "${name.slice(0, 100)}".`);
};

/** The task that a request is about, for the log. */
const taskIdOf = (input: object, output: object): string | undefined => {
  const task = 'DataRepositoryTask' in output ? output.DataRepositoryTask : input;
  return typeof task === 'object' && task !== null && 'TaskId' in task ? String(task.TaskId) : undefined;
};

interface EndpointOptions {
  readonly engine: Pick<Engine, 'call'>;
  /** Absent: any signature is accepted, and none. */
  readonly verifier?: Verifier | undefined;
}

/**
 * `POST /`: FSx in AWS JSON 1.1. The order of checks can be observed: size of the body, signature, operation, role,
 * JSON, input; then the engine's own.
 */
export const fsxEndpoint = ({ engine, verifier }: EndpointOptions): RequestHandler => {
  const answer = async <Name extends OperationName>(operation: Name, input: Input<Name>, response: Response) => {
    const output = await engine.call(operation, input);
    response.locals['taskId'] = taskIdOf(input, output);
    return encodeOutput(operation, output);
  };

  return async (request: Request, response: Response) => {
    const body = bodyOf(request);
    const { method, originalUrl: url, rawHeaders } = request;
    const key = verifier?.verify({ method, url, rawHeaders, body });
    const operation = operationOf(request.get('x-amz-target'));
    response.locals['operation'] = operation;
    if (key && !mayCall(key.role, operation)) {
      throw new FsxError('AccessDeniedException', `The role ${key.role} may not call ${operation}.`);
    }
    const output = await answer(operation, decodeInput(operation, decodeBody(body)), response);
    // Not response.json(): it would add a charset, which no AWS endpoint sends.
    response.setHeader('Content-Type', AWS_JSON);
    response.end(JSON.stringify(output));
  };
};

export const AWS_JSON = 'application/x-amz-json-1.1';
