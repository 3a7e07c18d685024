import { type Tag, tagKey, tagValue } from '@drt/contract/tags';

import { MAX_TAGS } from './tag-changes.ts';

/** The tags of a create form, one per row, as typed; rows without any text do not count. */

/** Row number, from 0, to what is wrong with it. */
export type TagErrors = Readonly<Record<number, { readonly key?: string; readonly value?: string }>>;

/** Keys that another field of the form writes, to the label of that field. */
export type OtherFields = Readonly<Record<string, string>>;

export const filledTags = (rows: readonly Tag[]) => rows.filter(({ Key, Value }) => Key !== '' || Value !== '');

const keyError = (key: string, first: number | undefined, elsewhere: OtherFields) => {
  if (key === '') return 'Enter a key, or remove the tag.';
  if (/^aws:/i.test(key)) return 'Keys that begin with aws: are reserved.';
  if (Object.hasOwn(elsewhere, key)) return `Enter this in the field ${elsewhere[key]}.`;
  const wrong = tagKey.safeParse(key).error?.issues[0]?.message;
  if (wrong) return `The key ${wrong}.`;
  return first === undefined ? undefined : `This key is already in row ${first + 1}.`;
};

/** What FSx would refuse; undefined when there is nothing. */
export const tagErrors = (rows: readonly Tag[], elsewhere: OtherFields = {}): TagErrors | undefined => {
  const errors: Record<number, TagErrors[number]> = {};
  const firsts = new Map<string, number>();
  rows.forEach(({ Key, Value }, row) => {
    if (Key === '' && Value === '') return;
    const key = keyError(Key, firsts.get(Key), elsewhere);
    const wrong = tagValue.safeParse(Value).error?.issues[0]?.message;
    if (!firsts.has(Key)) firsts.set(Key, row);
    if (key || wrong) errors[row] = { ...(key ? { key } : {}), ...(wrong ? { value: `The value ${wrong}.` } : {}) };
  });
  return Object.keys(errors).length > 0 ? errors : undefined;
};

/**
 * That there are too many tags, as a sentence.
 * @param others tags that other fields of the form make.
 */
export const tagCountError = (rows: readonly Tag[], others: number): string | undefined => {
  const tooMany = filledTags(rows).length + others - MAX_TAGS;
  if (tooMany <= 0) return undefined;
  return `A resource can have up to ${MAX_TAGS} tags, those of other fields included. Remove ${tooMany}.`;
};
