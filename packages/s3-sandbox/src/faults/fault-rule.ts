import type { Operation } from '../wire/request.ts';
import type { FaultAction, FaultMatch, FaultRule } from './faults.ts';

/** A rule that came over HTTP and is none; the message says what a rule has. */
export class InvalidRule extends Error {}

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isRate: Check = (value) => typeof value === 'number' && value > 0;
const isStatus: Check = (value) => isCount(value) && Number(value) >= 200 && Number(value) <= 599;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isProbability: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1;
const isStrings: Check = (value) => isString(value) || (Array.isArray(value) && value.every(isString));
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const isPattern: Check = (value) => {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

/** The members of each kind of action; those with `?` may be left out. */
const ACTIONS: Readonly<Record<FaultAction['type'], Readonly<Record<string, Check>>>> = {
  error: { status: isStatus, code: isString, 'message?': isString },
  redirect: { location: isString },
  reset: { at: oneOf('start', 'body', 'answer'), 'afterBytes?': isCount },
  hang: { at: oneOf('start', 'answer') },
  slow: { bytesPerSecond: isRate },
  truncate: { afterBytes: isCount },
  corrupt: {},
  gate: { at: oneOf('start', 'answer') },
};

const MATCH: Readonly<Record<keyof FaultMatch, Check>> = {
  operation: isStrings,
  method: isStrings,
  bucket: isString,
  key: isString,
  keyPattern: isPattern,
};

/** Reads a rule from JSON. @throws InvalidRule */
export function parseRule(json: string): FaultRule {
  const rule = toObject(parseJson(json), 'The rule');
  const action = toObject(rule['action'], 'The action');
  const { type, ...rest } = action;
  const members = Object.entries(ACTIONS).find(([name]) => name === type)?.[1];
  if (members === undefined)
    throw new InvalidRule(`The type of the action is one of ${Object.keys(ACTIONS).join(', ')}.`);
  checkMembers(rest, members, `An action of type ${String(type)}`);
  const match = toObject(rule['match'] ?? {}, 'The match');
  checkMembers(match, optional(MATCH), 'The match');
  const counters = { skip: isCount, count: isCount, perKey: isBoolean, probability: isProbability };
  checkMembers(rule, { action: () => true, 'match?': () => true, ...optional(counters) }, 'The rule');
  const { skip, count, perKey, probability } = rule;
  return {
    // Every member was checked above, by the tables.
    ...({ skip, count, perKey, probability } as Omit<FaultRule, 'match' | 'action'>),
    match: match as { operation?: Operation },
    action: action as unknown as FaultAction,
  };
}

const optional = (checks: Readonly<Record<string, Check>>) =>
  Object.fromEntries(Object.entries(checks).map(([name, check]) => [`${name}?`, check]));

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new InvalidRule('The rule is not JSON.');
  }
}

function toObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRule(`${what} is not an object.`);
  }
  return Object.fromEntries(Object.entries(value));
}

function checkMembers(
  value: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
  what: string,
): void {
  const known = new Map(Object.entries(checks).map(([name, check]) => [name.replace('?', ''), check]));
  for (const [name, member] of Object.entries(value)) {
    if (known.get(name)?.(member) === true) continue;
    throw new InvalidRule(`${what} has a wrong "${name}"; it takes ${[...known.keys()].join(', ') || 'nothing'}.`);
  }
  for (const name of Object.keys(checks)) {
    if (!name.endsWith('?') && value[name] === undefined) throw new InvalidRule(`${what} needs "${name}".`);
  }
}
