import './zod-config.ts';
import {
  type EngineInput,
  type EngineOperationName,
  type EngineOutput,
  engineSchemasOf,
} from '@drt/contract/engine-api';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { contextQuery, posted, send } from './fsx.ts';

/** What the engine tells beyond FSx. Ask `useHasEngine` first: where the console looks at real AWS there is none. */

/**
 * Calls one operation of the engine: `Date` in code, epoch seconds on the wire.
 * @throws ApiFailure with the code of the refusal, or `NetworkError`.
 */
export const callEngine = async <Name extends EngineOperationName>(
  operation: Name,
  input: EngineInput<Name>,
  signal?: AbortSignal,
): Promise<EngineOutput<Name>> => {
  const schemas = engineSchemasOf(operation);
  const answer = await send(`/api/engine/${operation}`, posted(schemas.input.encode(input), signal));
  return schemas.output.decode(answer);
};

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
