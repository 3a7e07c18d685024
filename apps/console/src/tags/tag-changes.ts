import type { OperationName } from '@drt/contract';
import type { Tag } from '@drt/contract/tags';

/** Most tags of a resource (FSx user guide, "Tag your resources"). */
export const MAX_TAGS = 50;

/** A row of the tag editor. */
export interface EditedTag {
  readonly key: string;
  readonly value: string;
  readonly markedForRemoval?: boolean;
}

export interface TagChanges {
  /** New tags, and those with a new value. */
  readonly put: readonly Tag[];
  readonly remove: readonly string[];
}

export const changesOf = (before: readonly Tag[], edited: readonly EditedTag[]): TagChanges => {
  const kept = edited.filter((each) => !each.markedForRemoval);
  const values = new Map(before.map(({ Key, Value }) => [Key, Value]));
  const keys = new Set(kept.map((each) => each.key));
  return {
    put: kept
      .filter(({ key, value }) => values.get(key) !== value)
      .map(({ key, value }) => ({ Key: key, Value: value })),
    remove: before.map((each) => each.Key).filter((key) => !keys.has(key)),
  };
};

/**
 * The calls that make the changes. Adding comes first, so that nothing is lost when a new tag is refused, unless the
 * limit leaves no room for that. Both calls can be repeated, so a failure between them is mended by saving again.
 */
export const stepsOf = (before: readonly Tag[], { put, remove }: TagChanges) => {
  const steps: Extract<OperationName, 'TagResource' | 'UntagResource'>[] = [];
  if (put.length > 0) steps.push('TagResource');
  if (remove.length > 0) steps.push('UntagResource');
  const keys = new Set([...before, ...put].map((each) => each.Key));
  return keys.size > MAX_TAGS ? steps.toReversed() : steps;
};
