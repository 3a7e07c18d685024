import type { Attributes, Kind, Restorable } from './attributes.ts';

/**
 * POSIX attributes as FSx for Lustre writes them to the user metadata of S3 objects (FSx for Lustre user guide, "POSIX
 * metadata support for data repositories"): `file-permissions`, `file-owner`, `file-group`, `file-atime`, `file-mtime`
 * and `user-agent`.
 */

const TYPE_BITS: Readonly<Record<Exclude<Kind, 'other'>, number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
};
const KINDS: Readonly<Record<number, Kind>> = { 0o100000: 'file', 0o040000: 'directory', 0o120000: 'symlink' };

const SETUID_SETGID = 0o6000;
const STICKY = 0o1000;

const MAX_TIME = (1n << 63n) - 1n;
const MIN_TIME = -(1n << 63n);
/** FSx keeps nanoseconds in 64 bits: from 1677 to 2262. */
const clampTime = (ns: bigint) => (ns > MAX_TIME ? MAX_TIME : ns < MIN_TIME ? MIN_TIME : ns);

/**
 * The metadata of a file, directory or symbolic link. Permissions are seven octal digits of st_mode, type included,
 * setuid and setgid masked out; times are nanoseconds with their unit.
 */
export const toMetadata = (attributes: Attributes): Record<string, string> => {
  const { kind } = attributes;
  // Special files are never exported, so this cannot come from data.
  if (kind === 'other') throw new TypeError('a special file has no metadata on S3');
  const mode = TYPE_BITS[kind] | (attributes.mode & ~SETUID_SETGID);
  return {
    'file-permissions': mode.toString(8).padStart(7, '0'),
    'file-owner': String(attributes.uid),
    'file-group': String(attributes.gid),
    'file-atime': `${clampTime(attributes.atimeNs)}ns`,
    'file-mtime': `${clampTime(attributes.mtimeNs)}ns`,
    'user-agent': 'aws-fsx-lustre',
  };
};

const permissions = (text: string | undefined): { kind?: Kind; mode?: number } => {
  if (text === undefined || !/^[0-7]{1,7}$/.test(text)) return {};
  const value = Number.parseInt(text, 8);
  const type = value & ~0o7777;
  const kind = KINDS[type];
  // Type bits of a device, FIFO or socket, or of nothing at all: not a value of ours.
  if (type !== 0 && kind === undefined) return {};
  // The sticky bit means something on directories only.
  const mode = value & 0o7777 & ~SETUID_SETGID & ~(kind === 'directory' ? 0 : STICKY);
  return { ...(kind === undefined ? {} : { kind }), ...(kind === 'symlink' ? {} : { mode }) };
};

/** -1 as unsigned 32 bits tells chown(2) to leave the ID alone, so it is no ID. */
const MAX_ID = 0xfffffffe;

const identifier = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= MAX_ID ? value : undefined;
};

const time = (text: string | undefined): bigint | undefined => {
  const [, digits, unit] = /^(-?\d{1,20})(ns)?$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  return clampTime(BigInt(digits) * (unit === undefined ? 1_000_000n : 1n));
};

/**
 * What the metadata of an object says about its entry. Tolerant, since anybody can write metadata: a member that makes
 * no sense is ignored as if it were missing. Times without a unit are milliseconds. setuid and setgid are dropped, and
 * the sticky bit except on directories; a device type is never believed.
 */
export const fromMetadata = (
  metadata: Readonly<Record<string, string>>,
): { readonly kind?: Kind; readonly restorable: Restorable } => {
  const { kind, mode } = permissions(metadata['file-permissions']);
  const uid = identifier(metadata['file-owner']);
  const gid = identifier(metadata['file-group']);
  const atimeNs = time(metadata['file-atime']);
  const mtimeNs = time(metadata['file-mtime']);
  return {
    ...(kind === undefined ? {} : { kind }),
    restorable: {
      ...(mode === undefined ? {} : { mode }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      ...(atimeNs === undefined ? {} : { atimeNs }),
      ...(mtimeNs === undefined ? {} : { mtimeNs }),
    },
  };
};
