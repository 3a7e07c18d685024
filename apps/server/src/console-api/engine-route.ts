import {
  decodeEngineInput,
  encodeEngineOutput,
  type EngineOperationName,
  isEngineOperationName,
} from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import type { RequestHandler } from 'express';

import { decodeBody } from '../fsx/aws-json.ts';
import { bodyOf } from '../request.ts';
import type { Region, Regions } from './regions.ts';

/** `POST /api/engine/:operation`: what the engine tells beyond FSx, or what can be told without one. */
export const engineRoute = (regions: Pick<Regions, 'of'>): RequestHandler<{ operation: string }> => {
  const tell = async <Name extends EngineOperationName>({ tell: ask }: Region, name: Name, json: unknown) =>
    encodeEngineOutput(name, await ask(name, decodeEngineInput(name, json)));

  return async (request, response) => {
    const { operation } = request.params;
    response.locals['operation'] = operation;
    if (!isEngineOperationName(operation)) {
      throw new FsxError('UnknownOperationException', `There is no operation "${operation.slice(0, 100)}".`);
    }
    if (!request.is('application/json')) {
      throw new FsxError('SerializationException', 'The Content-Type must be application/json.');
    }
    response.json(await tell(regions.of(request), operation, decodeBody(bodyOf(request))));
  };
};
