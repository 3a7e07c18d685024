const byteOrder = (unit: number) => {
  // Surrogates stand for the code points above U+FFFF, so in UTF-8 they come after U+E000 to U+FFFF.
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

/** Compares two strings by their UTF-8 bytes, the order of S3 keys and of the catalog; `<` compares UTF-16 units. */
export const compareKeys = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return byteOrder(left) - byteOrder(right);
  }
  return a.length - b.length;
};

/** Sorts in place by UTF-8 bytes. */
export const sortKeys = (keys: string[]): string[] =>
  // Without surrogates both orders are one, and the engine's own comparison is much the faster.
  keys.some((key) => /[\ud800-\udfff]/.test(key)) ? keys.sort(compareKeys) : keys.sort();

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text, undefined where they are not valid UTF-8. */
export const decodeName = (raw: Buffer): string | undefined => {
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
};

/** Length of the valid UTF-8 sequence at `start`, 0 if there is none. */
const sequenceLength = (raw: Buffer, start: number): number => {
  for (let length = 1; length <= 4 && start + length <= raw.length; length += 1) {
    if (decodeName(raw.subarray(start, start + length)) !== undefined) return length;
  }
  return 0;
};

/** Bytes that are not UTF-8 for people to read: each stray byte, and each backslash, as `\xNN`. No two names share one. */
export const printableName = (raw: Buffer): string => {
  let text = '';
  for (let at = 0; at < raw.length;) {
    const length = sequenceLength(raw, at);
    const piece = raw.subarray(at, at + Math.max(length, 1));
    text += length === 0 || piece.equals(BACKSLASH) ? `\\x${piece.toString('hex')}` : piece.toString();
    at += piece.length;
  }
  return text;
};

const BACKSLASH = Buffer.from('\\');
