import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Attributes } from './attributes.ts';
import { fromMetadata, toMetadata } from './metadata.ts';

const attributes = (some: Partial<Attributes>): Attributes => ({
  kind: 'file',
  size: 3,
  mode: 0o644,
  uid: 65_534,
  gid: 65_534,
  atimeNs: 1_595_002_920_000_000_001n,
  mtimeNs: 1_595_002_920_123_456_789n,
  ctimeNs: 0n,
  dev: 0n,
  ino: 0n,
  ...some,
});

test('a file is written as FSx for Lustre writes it', () => {
  expect(toMetadata(attributes({ mode: 0o664 }))).toEqual({
    'file-permissions': '0100664',
    'file-owner': '65534',
    'file-group': '65534',
    'file-atime': '1595002920000000001ns',
    'file-mtime': '1595002920123456789ns',
    'user-agent': 'aws-fsx-lustre',
  });
});

test.each([
  ['file', 0o644, '0100644'],
  ['directory', 0o755, '0040755'],
  ['symlink', 0o777, '0120777'],
  ['file', 0o6755, '0100755'],
  ['file', 0o0, '0100000'],
  ['directory', 0o7777, '0041777'],
] as const)('%s %o has the permissions %s', (kind, mode, expected) => {
  expect(toMetadata(attributes({ kind, mode }))['file-permissions']).toBe(expected);
});

test('times beyond 64 bits of nanoseconds are clamped, those before 1970 are not', () => {
  const late = toMetadata(attributes({ atimeNs: -1n, mtimeNs: 2n ** 70n }));
  expect(late).toMatchObject({ 'file-atime': '-1ns', 'file-mtime': '9223372036854775807ns' });
  expect(toMetadata(attributes({ mtimeNs: -(2n ** 70n) }))['file-mtime']).toBe('-9223372036854775808ns');
});

test('a special file has none', () => {
  expect(() => toMetadata(attributes({ kind: 'other' }))).toThrow(TypeError);
});

const id = fc.integer({ min: 0, max: 0xfffffffe });
const time = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const anyAttributes = fc.record({
  kind: fc.constantFrom('file', 'directory', 'symlink'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: id,
  gid: id,
  atimeNs: time,
  mtimeNs: time,
});

test('what was written comes back, but for the bits that are never kept', () => {
  fc.assert(
    fc.property(anyAttributes, (some) => {
      const { kind, restorable } = fromMetadata(toMetadata(attributes(some)));
      const kept = some.kind === 'directory' ? 0o1777 : 0o777;
      const { uid, gid, atimeNs, mtimeNs } = some;
      expect(kind).toBe(some.kind);
      expect(restorable).toEqual({
        ...(kind === 'symlink' ? {} : { mode: some.mode & kept }),
        uid,
        gid,
        atimeNs,
        mtimeNs,
      });
    }),
  );
});

describe('metadata of strangers', () => {
  test('nothing says nothing', () => {
    expect(fromMetadata({})).toEqual({ restorable: {} });
    expect(fromMetadata({ 'user-agent': 'rclone', mtime: '1' })).toEqual({ restorable: {} });
  });

  test('permissions without a type give the mode and no kind', () => {
    expect(fromMetadata({ 'file-permissions': '0640' })).toEqual({ restorable: { mode: 0o640 } });
    expect(fromMetadata({ 'file-permissions': '1777' })).toEqual({ restorable: { mode: 0o777 } });
  });

  test('setuid and setgid are dropped, and the sticky bit of files', () => {
    expect(fromMetadata({ 'file-permissions': '0104755' }).restorable.mode).toBe(0o755);
    expect(fromMetadata({ 'file-permissions': '0107777' }).restorable.mode).toBe(0o777);
    expect(fromMetadata({ 'file-permissions': '0047777' }).restorable.mode).toBe(0o1777);
  });

  test.each([
    ['a character device', '0020666'],
    ['a block device', '0060660'],
    ['a FIFO', '0010644'],
    ['a socket', '0140755'],
    ['a type of no kind', '0777777'],
    ['no octal', '0100648'],
    ['words', 'abc'],
    ['nothing', ''],
    ['too many digits', '9'.repeat(50)],
    ['a sign', '-100644'],
    ['a prefix', '0o644'],
    ['a line break', '0644\n'],
  ])('permissions of %s are ignored, the rest is not', (_, permissions) => {
    expect(fromMetadata({ 'file-permissions': permissions, 'file-owner': '7' })).toEqual({ restorable: { uid: 7 } });
  });

  test.each(['-1', '4294967295', '4294967296', '99999999999', '1e3', '0x10', '1.5', ' 1', '1 ', '', 'root', '٣'])(
    'the owner %j is ignored',
    (owner) => {
      expect(fromMetadata({ 'file-owner': owner, 'file-group': owner })).toEqual({ restorable: {} });
    },
  );

  test('the greatest owner is one', () => {
    expect(fromMetadata({ 'file-owner': '4294967294' }).restorable.uid).toBe(4_294_967_294);
  });

  test('a time without a unit is in milliseconds', () => {
    expect(fromMetadata({ 'file-mtime': '1595002920123' }).restorable.mtimeNs).toBe(1_595_002_920_123_000_000n);
  });

  test('a time beyond what the kernel takes is clamped', () => {
    const text = '99999999999999999999';
    expect(fromMetadata({ 'file-mtime': `${text}ns`, 'file-atime': `-${text}` }).restorable).toEqual({
      mtimeNs: 2n ** 63n - 1n,
      atimeNs: -(2n ** 63n),
    });
  });

  test.each(['1e400ns', 'NaNns', 'ns', '', '1.5ns', '1s', '1 ns', '0x1ns', '9'.repeat(100), 'Infinity', '--1ns'])(
    'the time %j is ignored',
    (text) => {
      expect(fromMetadata({ 'file-mtime': text, 'file-atime': text })).toEqual({ restorable: {} });
    },
  );

  test('no text at all makes it throw, and what it answers is always settable', () => {
    const member = fc.oneof(
      fc.string(),
      fc.stringMatching(/^-?[0-9]{0,25}(ns|ms)?$/),
      fc.stringMatching(/^[0-7]{1,8}$/),
    );
    const names = ['file-permissions', 'file-owner', 'file-group', 'file-atime', 'file-mtime'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), member), (metadata) => {
        const { kind, restorable } = fromMetadata(metadata);
        const { mode = 0, uid = 0, gid = 0, atimeNs = 0n, mtimeNs = 0n } = restorable;
        expect(kind).not.toBe('other');
        expect(mode & ~(kind === 'directory' ? 0o1777 : 0o777)).toBe(0);
        for (const each of [uid, gid]) expect(each >= 0 && each <= 0xfffffffe).toBe(true);
        for (const each of [atimeNs, mtimeNs]) expect(BigInt.asIntN(64, each)).toBe(each);
      }),
      { numRuns: 1000 },
    );
  });
});
