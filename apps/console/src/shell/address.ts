import { parseArn } from '@drt/contract/arn';

import { fromAwsHash, pageOfId } from './aws-links.ts';

const inUrl = (text: string, origin: string) => {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const page = fromAwsHash(url.hash);
  if (page !== undefined) return page;
  return url.origin === origin && url.pathname.startsWith('/fsx/') ? url.pathname + url.search : undefined;
};

/**
 * The page that a text names by itself: the ID or the ARN of a resource, an address of this console or of the AWS
 * console. Undefined for any other text.
 */
export const addressedPage = (text: string, origin: string): string | undefined => {
  const trimmed = text.trim();
  const named = parseArn(trimmed)?.id ?? trimmed;
  return pageOfId(named) ?? inUrl(trimmed, origin);
};
