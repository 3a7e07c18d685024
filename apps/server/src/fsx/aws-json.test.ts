import { expect, test } from 'vitest';

import { decodeBody } from './aws-json.ts';

const decode = (json: string) => decodeBody(Buffer.from(json));

test.each([
  '{}',
  '[]',
  '"text"',
  '{"a": [{"a": 1}, {"a": 2}], "b": {"a": {}}, "c": [[], [[]], ["a", "a"]], "d": "\\"}{,:\\\\"}',
  '{ "\\u0061": "b", "b" : "a" , "": 0 }',
])('%s is taken as it is', (json) => {
  expect(decode(json)).toEqual(JSON.parse(json));
});

test('no body is an empty object', () => {
  expect(decode('')).toEqual({});
});

test('members that are null count as absent, at every depth', () => {
  expect(decode('{"a": null, "b": {"c": null, "d": 0}, "e": [{"f": null}, null]}')).toEqual({
    b: { d: 0 },
    e: [{}, null],
  });
});

test.each([
  ['{"a": 1, "a": 2}', 'has the member "a" twice'],
  ['{"a": 1, "\\u0061": 2}', 'has the member "a" twice'],
  ['{"x": [{"a": {}, "b": [], "a": 2}]}', 'has the member "a" twice'],
  ['{"__proto__": {"polluted": true}}', 'has a member "__proto__"'],
  ['{"a": {"__pr\\u006fto__": 1}}', 'has a member "__proto__"'],
  ['{"constructor": 1}', 'has a member "constructor"'],
  ['['.repeat(33) + ']'.repeat(33), 'is nested deeper than 32 levels'],
  ['{"a":'.repeat(33) + '0' + '}'.repeat(33), 'is nested deeper than 32 levels'],
  ['['.repeat(200_000) + ']'.repeat(200_000), 'is nested deeper than 32 levels'],
  ['{"a": 1', 'is not JSON'],
  ['\uFEFF{}', 'is not JSON'],
  ['Action=DescribeFileSystems', 'is not JSON'],
])('$0 is refused: it $1', (json, reason) => {
  expect(() => decode(json)).toThrow(
    expect.objectContaining({ code: 'SerializationException', message: `The request body ${reason}.` }),
  );
});

test('32 levels are taken', () => {
  const json = '['.repeat(32) + ']'.repeat(32);
  expect(JSON.stringify(decode(json))).toBe(json);
});

test('bytes that are not UTF-8 are refused, not replaced', () => {
  expect(() => decodeBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow('The request body is not UTF-8.');
});
