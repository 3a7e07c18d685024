import { z } from 'zod/mini';

import { maxResults, nextToken, resourceArn, text } from './wire.ts';

const TAG_TEXT = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;
const like = 'letters, digits, spaces or one of _ . : / = + - @';

export const tagKey = text({ min: 1, max: 128, pattern: TAG_TEXT, like });
export const tagValue = text({ min: 0, max: 256, pattern: TAG_TEXT, like });
export const tag = z.strictObject({ Key: tagKey, Value: tagValue });

export type Tag = z.output<typeof tag>;

const uniqueKeys = (tags: readonly Tag[]) => new Set(tags.map((each) => each.Key)).size === tags.length;

/** Tags of a request: 1 to 50, every key once. */
export const tags = z
  .array(tag)
  .check(z.minLength(1), z.maxLength(50), z.refine(uniqueKeys, 'every tag key may appear only once'));

/** Tags of an answer, where an empty list is fine. */
export const tagsOut = z.array(z.object({ Key: z.string(), Value: z.string() }));

export const tagOperations = {
  TagResource: { input: z.strictObject({ ResourceARN: resourceArn, Tags: tags }), output: z.object({}) },
  UntagResource: {
    input: z.strictObject({
      ResourceARN: resourceArn,
      TagKeys: z.array(tagKey).check(z.minLength(1), z.maxLength(50)),
    }),
    output: z.object({}),
  },
  ListTagsForResource: {
    input: z.strictObject({
      ResourceARN: resourceArn,
      MaxResults: z.optional(maxResults),
      NextToken: z.optional(nextToken),
    }),
    output: z.object({ Tags: z.optional(tagsOut), NextToken: z.optional(nextToken) }),
  },
};
