import { decodeInput, isOperationName, type OperationName } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';
import type { RequestHandler } from 'express';

import { decodeBody } from '../fsx/aws-json.ts';
import { bodyOf } from '../request.ts';
import type { Fsx } from './fsx-client.ts';
import type { Regions } from './regions.ts';

/**
 * `POST /api/fsx/:operation`: one FSx operation for the console, in AWS JSON both ways. The list of operations is the
 * contract's table; there is nothing to add here for a new one.
 */
export const fsxRoute = (regions: Pick<Regions, 'of'>): RequestHandler<{ operation: string }> => {
  // A function of its own, so that operation and input share one type parameter.
  const call = <Name extends OperationName>(fsx: Pick<Fsx, 'call'>, operation: Name, json: unknown) =>
    fsx.call(operation, decodeInput(operation, json));

  return async (request, response) => {
    const { operation } = request.params;
    response.locals['operation'] = operation;
    if (!isOperationName(operation)) {
      throw new FsxError('UnknownOperationException', `There is no operation "${operation.slice(0, 100)}".`);
    }
    // A form of another site cannot send this type, so a browser that does not say its origin is stopped here.
    if (!request.is('application/json')) {
      throw new FsxError('SerializationException', 'The Content-Type must be application/json.');
    }
    response.json(await call(regions.of(request).fsx, operation, decodeBody(bodyOf(request))));
  };
};
