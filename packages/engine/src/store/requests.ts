import { FsxError } from '@drt/contract/errors';

import type { Transaction } from './sql.ts';

type Body = Readonly<Record<string, unknown>>;

const firstDifference = (one: Body, other: Body) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].find(
    (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  );

/** JSON with members in the order of their names, so that equal requests are equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/**
 * The resource that an earlier request with the same ClientRequestToken made; undefined when there was none.
 * @throws FsxError `IncompatibleParameterError` when that request was another one, naming the member that differs.
 */
export async function replayed(
  tx: Transaction,
  operation: string,
  token: string | undefined,
  body: Body,
): Promise<string | undefined> {
  if (token === undefined) return undefined;
  const [earlier] = await tx.query<{ body: string; resource_id: string }>(
    'SELECT body, resource_id FROM requests WHERE operation = $1 AND token = $2',
    [operation, token],
  );
  if (!earlier) return undefined;
  if (earlier.body === canonical(body)) return earlier.resource_id;
  // Written by `remember` from a request.
  const differing = firstDifference(JSON.parse(earlier.body) as Body, JSON.parse(canonical(body)) as Body);
  throw new FsxError(
    'IncompatibleParameterError',
    `ClientRequestToken ${token} was used before for ${earlier.resource_id} with another ${differing ?? 'request'}. Use a new token for a new request.`,
    { Parameter: differing ?? 'ClientRequestToken' },
  );
}

export const remember = async (
  tx: Transaction,
  operation: string,
  token: string | undefined,
  body: Body,
  resourceId: string,
  now: number,
) => {
  if (token === undefined) return;
  await tx.query('INSERT INTO requests (operation, token, body, resource_id, created_at) VALUES ($1, $2, $3, $4, $5)', [
    operation,
    token,
    canonical(body),
    resourceId,
    now,
  ]);
};
