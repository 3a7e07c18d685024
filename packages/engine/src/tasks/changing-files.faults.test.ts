import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';
import { CHANGING, publishedVersions, type State, stateOf, type Writer, WRITERS } from './changing-files.testing.ts';

/** Exports of files that are being written to; `CHANGING_FILES_EXPORTS=1000` for a long look. */
const EXPORTS = Number(process.env['CHANGING_FILES_EXPORTS'] ?? 60);
const TASKS = Math.ceil(EXPORTS / CHANGING.length);

/** An empty file system of some type, mounted for a test. */
interface Mounted extends Disposable {
  readonly root: string;
}

const works = (program: string, ...args: readonly string[]) => {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** What keeps this machine from mounting; also root may not everywhere. */
const whyNoMount = (): string => {
  const at = mkdtempSync(join(tmpdir(), 'drt-mount-'));
  try {
    return works('mount', '-t', 'tmpfs', 'none', at) && works('umount', at)
      ? ''
      : '(left out: this user may not mount)';
  } finally {
    rmSync(at, { recursive: true });
  }
};
const noMount = whyNoMount();
const noXfs = works('mkfs.xfs', '-V')
  ? existsSync('/dev/loop-control')
    ? ''
    : '(left out: no loop devices)'
  : '(left out: needs xfsprogs)';

/** Where each file system comes from. */
const MOUNT = {
  tmpfs: (_: string, at: string) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'none', at]);
  },
  xfs: (image: string, at: string) => {
    execFileSync('truncate', ['-s', '512M', image]);
    execFileSync('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    execFileSync('mount', ['-o', 'loop', image, at]);
  },
} as const;

const mounted = (type: keyof typeof MOUNT): Mounted => {
  const directory = mkdtempSync(join(tmpdir(), 'drt-mount-'));
  const at = join(directory, 'at');
  mkdirSync(at);
  MOUNT[type](join(directory, 'image'), at);
  return {
    root: at,
    [Symbol.dispose]: () => {
      execFileSync('umount', [at]);
      rmSync(directory, { recursive: true });
    },
  };
};

/** Makes what is mounted the root of a file system. */
const adopt = async (world: World, { root }: Mounted) => {
  const roots = join(world.directory, 'roots');
  symlinkSync(dirname(root), roots);
  const { FileSystem: made } = await world.engine.call('CreateFileSystem', {
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    Tags: [{ Key: 'drt:root', Value: join(roots, basename(root)) }],
  });
  return { id: made?.FileSystemId ?? '', root };
};

const startWriter = async (writer: Writer, directory: string, published: string): Promise<AsyncDisposable> => {
  const program = join(import.meta.dirname, 'changing-files.testing.ts');
  const child = spawn(process.execPath, [program, writer, directory, published], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    [Symbol.asyncDispose]: async () => {
      const isOver = once(child, 'exit');
      child.kill('SIGKILL');
      await isOver;
    },
  };
};

interface Counts {
  whole: number;
  /** In the middle of being written, as the file was at one instant. */
  between: number;
  busy: number;
  torn: string[];
}

type Objects = ReadonlyMap<string, Buffer>;

const readObjects = async (world: World, prefix: string): Promise<Objects> => {
  const objects = new Map<string, Buffer>();
  for (const { name } of CHANGING) {
    const object = await world.s3
      .send(new GetObjectCommand({ Bucket: 'bucket', Key: `${prefix}/${name}` }))
      .catch(() => undefined);
    const bytes = await object?.Body?.transformToByteArray();
    if (bytes) objects.set(name, Buffer.from(bytes));
  }
  return objects;
};

/** What was published before a task and after it. */
interface Published {
  readonly before: bigint;
  readonly after: bigint;
}

/** A state that the file was in while the task ran. */
const isOfThisTime = (state: State, { before, after }: Published) => state.to >= before - 1n && state.from <= after;

const judge = (counts: Counts, writer: Writer, name: string, bytes: Buffer, published: Published) => {
  const state = stateOf[writer](bytes);
  // A file cut to nothing shows no version.
  if (state && (bytes.length === 0 || isOfThisTime(state, published))) {
    if (state.isWhole) counts.whole += 1;
    else counts.between += 1;
    return;
  }
  counts.torn.push(`${name}: ${bytes.length} bytes of ${state ? `${state.from} to ${state.to}` : 'no one state'}`);
};

/** Exports files that writers write to, and judges every object that comes of it. */
const exportChangingFiles = async (world: World, id: string, root: string): Promise<Counts> => {
  const prefix = 'changing';
  await world.link(id, `bucket/${prefix}`);
  const publishedBy = (writer: Writer) => join(world.directory, `published-${writer}`);
  await using writers = new AsyncDisposableStack();
  for (const writer of WRITERS) writers.use(await startWriter(writer, root, publishedBy(writer)));
  const published = () => new Map(WRITERS.map((writer) => [writer, publishedVersions(publishedBy(writer))]));

  const counts: Counts = { whole: 0, between: 0, busy: 0, torn: [] };
  let objects: Objects = new Map();
  for (let task = 0; task < TASKS; task += 1) {
    // Stores through a mapping may move no time: the mode makes every file count as changed.
    for (const { name } of CHANGING) chmodSync(join(root, name), task % 2 === 0 ? 0o640 : 0o600);
    const before = published();
    const { TaskId: taskId, Status: status } = await world.end((await world.create('export', id)).TaskId);
    const after = published();
    expect(status?.TotalCount).toBe(CHANGING.length);
    const { Failures: failures } = await world.engine.tell('ListTaskFailures', { TaskId: taskId });
    expect(failures.filter(({ Code }) => Code !== 'ResourceBusy')).toEqual([]);
    const busy = new Set(failures.map(({ Path }) => Path));
    const now = await readObjects(world, prefix);
    const untouched = (name: string) => now.get(name)?.toString('latin1') === objects.get(name)?.toString('latin1');
    expect([...busy].filter((name) => !untouched(name))).toEqual([]);
    counts.busy += busy.size;
    for (const { writer, file, name } of CHANGING.filter((each) => !busy.has(each.name))) {
      const each = { before: before.get(writer)?.[file] ?? 0n, after: after.get(writer)?.[file] ?? 0n };
      judge(counts, writer, name, now.get(name) ?? Buffer.alloc(1), each);
    }
    objects = now;
  }
  return counts;
};

const report = (name: string, counts: Counts) => {
  if (process.env['CHANGING_FILES_EXPORTS'] === undefined) return;
  process.stdout.write(`${name}: ${JSON.stringify(counts)}\n`);
};

describe('an object is its file as it was at one instant, or the file is busy', () => {
  test('on the file system of temporary files', { timeout: 600_000 }, async () => {
    await using world = await openWorld();
    const { id, root } = await world.fileSystem();
    const counts = await exportChangingFiles(world, id, root);
    report('temporary files', counts);
    expect(counts.torn).toEqual([]);
    expect(counts.whole).toBeGreaterThan(0);
  });

  test.skipIf(noMount)(`on tmpfs ${noMount}`, { timeout: 600_000 }, async () => {
    using memory = mounted('tmpfs');
    await using world = await openWorld();
    const { id, root } = await adopt(world, memory);
    const counts = await exportChangingFiles(world, id, root);
    report('tmpfs', counts);
    expect(counts.torn).toEqual([]);
    expect(counts.whole).toBeGreaterThan(0);
  });

  test.skipIf(noMount || noXfs)(
    `on XFS, which clones, no file is busy ${noMount || noXfs}`,
    { timeout: 600_000 },
    async () => {
      using disk = mounted('xfs');
      await using world = await openWorld();
      const { id, root } = await adopt(world, disk);
      const counts = await exportChangingFiles(world, id, root);
      report('XFS', counts);
      expect(counts).toMatchObject({ torn: [], busy: 0 });
    },
  );
});
