import './zod-config.ts';
import {
  decodeEngineOutput,
  encodeEngineInput,
  type EngineInput,
  type EngineOperationName,
  type EngineOutput,
} from '@drt/contract/engine-api';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { contextQuery, posted, send } from './fsx.ts';

/**
 * What the engine tells beyond FSx. Ask `useHasEngine` first: where the console looks at real AWS there is none, and the
 * back end tells only what it finds in S3.
 */

/**
 * Calls one operation of the engine: `Date` in code, epoch seconds on the wire.
 * @throws ApiFailure with the code of the refusal, or `NetworkError`.
 */
export const callEngine = async <Name extends EngineOperationName>(
  operation: Name,
  input: EngineInput<Name>,
  signal?: AbortSignal,
): Promise<EngineOutput<Name>> =>
  decodeEngineOutput(
    operation,
    await send(`/api/engine/${operation}`, posted(encodeEngineInput(operation, input), signal)),
  );

/** A query as a value: the key is the operation and its input. */
export const engineQuery = <Name extends EngineOperationName>(operation: Name, input: EngineInput<Name>) =>
  queryOptions({
    queryKey: [operation, input] as const,
    queryFn: ({ signal }) => callEngine(operation, input, signal),
  });

/** Whether the console looks at an engine of this project; undefined until that is known. */
export const useHasEngine = () => {
  const { data } = useQuery(contextQuery);
  return data && data.target === 'engine';
};
