import './zod-config.ts';
import { decodeOutput, encodeInput, type Input, type OperationName, type Output } from '@drt/contract';
import { apiError, context } from '@drt/contract/console-api';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';

import { apiUrl, settleRegion } from './region.ts';

/** A refusal or a failure of the console's back end: the only error that `send` throws, aborts apart. */
export class ApiFailure extends Error {
  /** That of an `apiError`; `NetworkError` also when no answer came. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** The IAM action that is missing. */
  readonly permission: string | undefined;

  constructor(code: string, message: string, requestId?: string, permission?: string) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.requestId = requestId;
    this.permission = permission;
  }
}

const TIMEOUT_MS = 30_000;

/**
 * Sends a request to the console's back end.
 * @returns the JSON of the answer.
 * @throws ApiFailure with the code of the refusal, or `NetworkError`.
 */
export const send = async (path: string, init: RequestInit): Promise<unknown> => {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(apiUrl(path), { ...init, signal, credentials: 'same-origin' });
    body = await response.json().catch(() => undefined);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const why = timeout.aborted ? `No answer within ${TIMEOUT_MS / 1000} seconds.` : 'The server could not be reached.';
    throw new ApiFailure('NetworkError', why);
  }
  if (response.ok && body !== undefined) return body;
  const refusal = apiError.safeParse(body);
  if (refusal.success) {
    const { code, message, requestId, permission } = refusal.data;
    throw new ApiFailure(code, message, requestId, permission);
  }
  throw new ApiFailure('NetworkError', `The server answered with status ${response.status}.`);
};

/** A request that sends JSON. */
export const posted = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  ...(signal ? { signal } : {}),
});

/** The input as JSON. What FSx cannot take, an ID of another shape for one, is refused as FSx would. */
const encoded = <Name extends OperationName>(operation: Name, input: Input<Name>) => {
  try {
    return encodeInput(operation, input);
  } catch {
    throw new ApiFailure('BadRequest', '');
  }
};

/**
 * Calls one FSx operation through the console's back end: `Date` in code, epoch seconds on the wire.
 * @throws ApiFailure with the FSx error code, or `NetworkError`.
 */
export const callFsx = async <Name extends OperationName>(
  operation: Name,
  input: Input<Name>,
  signal?: AbortSignal,
): Promise<Output<Name>> =>
  decodeOutput(operation, await send(`/api/fsx/${operation}`, posted(encoded(operation, input), signal)));

/** A query as a value: the key is the operation and its input, so that a mutation can name what it makes stale. */
export const fsxQuery = <Name extends OperationName>(operation: Name, input: Input<Name>) =>
  queryOptions({
    queryKey: [operation, input] as const,
    queryFn: ({ signal }) => callFsx(operation, input, signal),
  });

/** A mutation names the operations whose answers it changes; every query of those is fetched again. */
export const useFsxMutation = <Name extends OperationName>(
  operation: Name,
  { invalidates }: { readonly invalidates: readonly OperationName[] },
) => {
  const client = useQueryClient();
  return useMutation<Output<Name>, Error, Input<Name>>({
    mutationFn: (input) => callFsx(operation, input),
    onSuccess: () => {
      for (const each of invalidates) void client.invalidateQueries({ queryKey: [each] });
    },
  });
};

/** Where the console is looking: region, target, S3 endpoint. It settles where all requests go from then on. */
export const contextQuery = queryOptions({
  queryKey: ['context'],
  queryFn: async ({ signal }) => {
    const where = context.parse(await send('/api/context', { signal }));
    settleRegion(where);
    return where;
  },
  staleTime: Infinity,
});
