import { createCipheriv } from 'node:crypto';
import { chmod, lutimes, mkdir, open, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files of the sample: a few hundred small ones of every kind that an export has to get right, and a large one.
 * The same on every machine.
 */

interface Attributes {
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970, with a fraction. */
  readonly mtime: number;
}

type Entry = { readonly path: string } & (
  | ({ readonly kind: 'file'; readonly content: string | Uint8Array } & Attributes)
  | ({ readonly kind: 'directory' } & Attributes)
  | { readonly kind: 'link'; readonly target: string; readonly mtime: number }
);

/** 2026-01-05T08:00:00Z, and later by the number of the entry, with all digits of a second in use. */
const timeOf = (number: number) => 1_767_600_000 + number * 60 + ((number * 123_456_789) % 1_000_000_000) / 1e9;

const file = (path: string, content: string | Uint8Array, mode = 0o644): Entry => ({
  kind: 'file',
  path,
  content,
  mode,
  mtime: timeOf(path.length * 7 + content.length),
});

const directory = (path: string, mode = 0o755): Entry => ({
  kind: 'directory',
  path,
  mode,
  mtime: timeOf(path.length),
});

const link = (path: string, target: string): Entry => ({ kind: 'link', path, target, mtime: timeOf(target.length) });

/** Bytes that do not compress, from a cipher with a key of zeros. */
const noise = (length: number) =>
  createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(length));

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const padded = (number: number, digits = 3) => String(number).padStart(digits, '0');

const run = (number: number): Entry[] => {
  const name = `results/run-${padded(number)}`;
  const rows = numbers(20).map((step) => `${step},${((step * number * 7919) % 1000) / 1000}`);
  return [
    directory(name, number % 2 === 0 ? 0o755 : 0o2775),
    file(`${name}/parameters.json`, `${JSON.stringify({ run: number, learningRate: 0.01 / number })}\n`),
    file(`${name}/metrics.csv`, `step,loss\n${rows.join('\n')}\n`, 0o664),
    file(`${name}/run.log`, rows.map((row) => `INFO step ${row}\n`).join(''), 0o640),
    ...numbers(8).map((shard) => file(`${name}/shard-${padded(shard)}.bin`, noise(512 * shard + number), 0o600)),
    link(`${name}/latest.bin`, 'shard-008.bin'),
  ];
};

const nested = (depth: number): Entry[] =>
  numbers(depth).flatMap((level) => {
    const path = ['nested', ...numbers(level).map((each) => `level-${padded(each, 2)}`)].join('/');
    return [directory(path), file(`${path}/note.txt`, `${level} levels down\n`)];
  });

/** Names that people cannot read or that break tools. All are valid UTF-8 and fit into an S3 key. */
const ODD_NAMES = [
  'with space',
  ' leading and trailing ',
  'new\nline',
  'tab\tstop',
  'carriage\rreturn',
  '"double" and \'single\' quotes',
  'comma,separated',
  'back\\slash',
  'per%20cent',
  'plus+sign',
  'question?mark#hash',
  'star*and[brackets]',
  '=1+1',
  '-rf',
  '--help',
  '@sum',
  '+plus',
  '~tilde',
  '.hidden',
  '...',
  '$(touch x);`true`',
  '\u202Etxt.exe',
  '\u200B',
  '\u{1F600}\u{1F9EA}',
  'e\u0301 combining',
  '\u00E9 composed',
  '\u65E5\u672C\u8A9E',
  'x'.repeat(255),
  '\u{1F4BE}'.repeat(63),
];

const PERMISSIONS = [0o400, 0o440, 0o600, 0o640, 0o644, 0o660, 0o700, 0o750, 0o755, 0o777, 0o4755, 0o2755];

const TIMES: readonly (readonly [name: string, mtime: number])[] = [
  ['epoch', 0],
  ['first-second', 0.123456789],
  ['nanosecond', 1000.000000001],
  ['year-2000', 946_684_800.5],
  ['beyond-2038', 2_147_483_648.25],
];

/** Parents come before what is in them. */
const ENTRIES: readonly Entry[] = [
  file('README.txt', 'A sample file system. Export it: its repository is linked already.\n'),
  file('empty-file', ''),
  directory('empty-directory'),
  directory('results'),
  ...numbers(20).flatMap(run),
  directory('nested'),
  ...nested(12),
  directory('links'),
  link('links/to-file', '../README.txt'),
  link('links/to-directory', '../results'),
  link('links/to-itself', 'to-itself'),
  link('links/dangling', '../no/such/file'),
  link('links/outside', '/etc/hostname'),
  directory('permissions'),
  ...PERMISSIONS.map((mode) => file(`permissions/mode-${mode.toString(8).padStart(4, '0')}`, 'x\n', mode)),
  directory('permissions/sticky', 0o1777),
  directory('permissions/private', 0o700),
  directory('times'),
  ...TIMES.map(([name, mtime]): Entry => ({ kind: 'file', path: `times/${name}`, content: name, mode: 0o644, mtime })),
  directory('odd-names'),
  ...ODD_NAMES.map((name) => file(`odd-names/${name}`, `${JSON.stringify(name)}\n`)),
  directory('large'),
];

const MEBIBYTE = 1024 * 1024;
const LARGE_MEBIBYTES = 64;

/** Every MiB is the same noise under a number of its own, so that no part equals another. */
const writeLarge = async (path: string, signal: AbortSignal) => {
  const block = noise(MEBIBYTE);
  await using handle = await open(path, 'w', 0o644);
  for (let number = 0; number < LARGE_MEBIBYTES && !signal.aborted; number++) {
    block.writeUInt32BE(number);
    await handle.write(block, 0, MEBIBYTE, number * MEBIBYTE);
  }
};

const write = async (root: string, entry: Entry) => {
  const path = join(root, entry.path);
  if (entry.kind === 'link') {
    await symlink(entry.target, path);
    return lutimes(path, entry.mtime, entry.mtime);
  }
  if (entry.kind === 'directory') {
    await mkdir(path);
    return;
  }
  await writeFile(path, entry.content);
  await utimes(path, entry.mtime, entry.mtime);
  // Not by writeFile: it asks the umask, and chmod comes last because writing clears set-user-ID.
  await chmod(path, entry.mode);
};

/**
 * Writes the sample below an existing directory; stops early, with a part of it, when the signal aborts.
 * Asynchronous file calls, slower than others, because the server answers meanwhile.
 */
export const writeSampleTree = async (root: string, signal: AbortSignal): Promise<void> => {
  for (const entry of ENTRIES) {
    if (signal.aborted) return;
    await write(root, entry);
  }
  await writeLarge(join(root, 'large/64-mib.bin'), signal);
  // Last and from the leaves up, because whatever is written into a directory moves its time.
  for (const entry of ENTRIES.toReversed()) {
    if (entry.kind !== 'directory') continue;
    const path = join(root, entry.path);
    await chmod(path, entry.mode);
    await utimes(path, entry.mtime, entry.mtime);
  }
};
