import { createHash } from 'node:crypto';

import { FsxError } from '@drt/contract/errors';

/**
 * NextToken: opaque to clients, and good only for the request it came from. It holds where the next page begins and a
 * short hash of the request, so that a token of another listing is noticed.
 */

type Position = readonly (string | number)[];

const fingerprint = (request: unknown) =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 12);

export const pageToken = (request: unknown, position: Position): string =>
  Buffer.from(JSON.stringify([fingerprint(request), ...position])).toString('base64');

const broken = () =>
  new FsxError(
    'BadRequest',
    'NextToken is not one that this request was given. Leave it out to begin at the first page.',
  );

/**
 * Where the page begins that `token` names; `first` without a token.
 * @throws FsxError `BadRequest` when the token was made for another request or by somebody else.
 */
export function pageStart<Start extends Position>(request: unknown, token: string | undefined, first: Start): Start {
  if (token === undefined) return first;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
  } catch {
    throw broken();
  }
  if (!Array.isArray(parsed) || parsed[0] !== fingerprint(request) || parsed.length !== first.length + 1)
    throw broken();
  const position: unknown[] = parsed.slice(1);
  if (position.some((part, index) => typeof part !== typeof first[index])) throw broken();
  // Same length and same types as `first`, part by part.
  return position as unknown as Start;
}
