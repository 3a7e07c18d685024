import { FsxError } from '@drt/contract/errors';

/** Deeper than any FSx request, and far from what exhausts a stack. */
const MAX_DEPTH = 32;
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const refuse = (reason: string): never => {
  throw new FsxError('SerializationException', `The request body ${reason}.`);
};

/** Index of the quote that closes the string which opens at `start`. */
const closingQuote = (json: string, start: number): number => {
  let end = start + 1;
  while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
  return end;
};

/** The keys seen so far of each open object; `undefined` stands for an open array. */
type Open = (Set<string> | undefined)[];

const noteKey = (open: Open, quoted: string) => {
  // Decoded, since "a" may also be written "\u0061".
  const key = String(JSON.parse(quoted));
  const keys = open.at(-1);
  if (REFUSED_KEYS.has(key)) refuse(`has a member "${key}"`);
  if (keys?.has(key)) refuse(`has the member "${key.slice(0, 100)}" twice`);
  keys?.add(key);
};

/**
 * Refuses what `JSON.parse` lets pass: duplicate keys (of which it keeps the last), names that reach into prototypes,
 * and nesting that would exhaust the stack of whoever walks the value.
 * @param json text that `JSON.parse` has accepted, so that brackets match and strings end.
 */
const inspect = (json: string) => {
  const open: Open = [];
  let keyNext = false;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"': {
        const end = closingQuote(json, at);
        if (keyNext) noteKey(open, json.slice(at, end + 1));
        keyNext = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        keyNext = json[at] === '{';
        open.push(keyNext ? new Set() : undefined);
        if (open.length > MAX_DEPTH) refuse(`is nested deeper than ${MAX_DEPTH} levels`);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        keyNext = open.at(-1) !== undefined;
        break;
      default:
        break;
    }
  }
};

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return refuse('is not JSON');
  }
};

const decodeText = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('is not UTF-8');
  }
};

/** AWS JSON says "absent" by null too. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
};

/**
 * The body of a request in AWS JSON; no body at all counts as `{}`.
 * @throws FsxError `SerializationException` with the reason.
 */
export const decodeBody = (bytes: Uint8Array): unknown => {
  if (bytes.length === 0) return {};
  const json = decodeText(bytes);
  const value = parse(json);
  inspect(json);
  return withoutNulls(value);
};
