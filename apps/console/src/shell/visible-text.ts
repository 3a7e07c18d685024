/** Control characters, those that change the direction of text, and those that have no width. */
const UNSEEN = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/**
 * A name of the user's as it is shown: what would not be seen, or would make other text look different, is written
 * out, such as `[U+202E]`. For what is read only; copied and sent is the name itself.
 */
export const visibleText = (text: string) =>
  text.replaceAll(UNSEEN, (unit) => `[U+${(unit.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
