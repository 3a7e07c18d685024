import {
  decodeEngineInput,
  encodeEngineOutput,
  type EngineOperationName,
  isEngineOperationName,
} from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import type { Engine } from '@drt/engine';
import type { RequestHandler } from 'express';

import { decodeBody } from '../fsx/aws-json.ts';
import { bodyOf } from '../request.ts';

/**
 * `POST /api/engine/:operation`: what the engine tells beyond FSx.
 * @param isElsewhere the console looks at another FSx than ours, of whose work the engine knows nothing
 */
export const engineRoute = (
  engine: Pick<Engine, 'tell'>,
  isElsewhere: boolean,
): RequestHandler<{ operation: string }> => {
  const tell = async <Name extends EngineOperationName>(name: Name, json: unknown) =>
    encodeEngineOutput(name, await engine.tell(name, decodeEngineInput(name, json)));

  return async (request, response) => {
    const { operation } = request.params;
    response.locals['operation'] = operation;
    if (!isEngineOperationName(operation)) {
      throw new FsxError('UnknownOperationException', `There is no operation "${operation.slice(0, 100)}".`);
    }
    if (isElsewhere) {
      throw new FsxError(
        'UnsupportedOperation',
        'Only the engine of this server can tell this, and the console looks elsewhere.',
      );
    }
    if (!request.is('application/json')) {
      throw new FsxError('SerializationException', 'The Content-Type must be application/json.');
    }
    response.json(await tell(operation, decodeBody(bodyOf(request))));
  };
};
