import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { temporaryFolder } from './testing.ts';

/** Mounts for tests, which need root; whatever state a test leaves one in, it is gone when its scope ends. */

const isRoot = process.getuid?.() === 0;

const works = (command: string, ...args: readonly string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const unmount = (path: string) => {
  // Lazily: what hangs or is busy goes when its last user does.
  spawnSync('umount', ['-l', path], { stdio: 'ignore' });
};

/** In a container root may not mount, and may not look into other processes. */
const mayMount = () => {
  using folder = temporaryFolder();
  const may = works('mount', '-t', 'tmpfs', 'drt-test', folder.path);
  if (may) unmount(folder.path);
  return may;
};

/** Whether a program that makes faults is there and may be used. */
const USABLE: Readonly<Record<'mount' | 'bindfs' | 'strace', () => boolean>> = {
  mount: mayMount,
  bindfs: () => works('which', 'bindfs') && existsSync('/dev/fuse') && mayMount(),
  strace: () => works('strace', '-f', '-o', '/dev/null', 'true'),
};

/** Why a test that needs root and this program must be left out here, in brackets for its name; '' if it need not. */
export const missing = (program: keyof typeof USABLE): string => {
  if (!isRoot) return ' (left out: needs root)';
  return USABLE[program]() ? '' : ` (left out: ${program} is missing, or not permitted here)`;
};

interface Disk extends Disposable {
  readonly path: string;
  /** Takes all the space that is left; the result gives it back. */
  fill(): Disposable;
  remountReadOnly(): void;
}

/** A small disk in memory, which can be full or read-only. */
export const smallDisk = (megabytes: number): Disk => {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'drt-test', folder.path]);
  return {
    path: folder.path,
    fill() {
      const file = join(folder.path, 'filling');
      const page = Buffer.alloc(4096, 'full');
      try {
        for (;;) writeFileSync(file, page, { flag: 'a' });
      } catch {
        // There is no space left.
      }
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    },
    remountReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', folder.path]),
    [Symbol.dispose]() {
      unmount(folder.path);
      folder[Symbol.dispose]();
    },
  };
};

/** Makes one file read-only, for root too. */
export const readOnlyFile = (path: string): Disposable => {
  execFileSync('mount', ['--bind', path, path]);
  execFileSync('mount', ['-o', 'remount,ro,bind', path]);
  return { [Symbol.dispose]: () => unmount(path) };
};

interface FuseMount extends AsyncDisposable {
  /** Where `source` is seen through FUSE. */
  readonly path: string;
  /** From now on every call to the mount waits. */
  hang(): void;
  goOn(): void;
  /** From now on every call to the mount fails with ENOTCONN. */
  kill(): Promise<void>;
}

const isMounted = (path: string) => readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} fuse`);

/** A directory as a file system that can hang or break away: bindfs, in a process of its own. */
export const mountFuse = async (source: string, path: string): Promise<FuseMount> => {
  mkdirSync(path, { recursive: true });
  // Without caches of attributes and names every look is a call.
  const options = ['-f', '-o', 'attr_timeout=0,entry_timeout=0,negative_timeout=0'];
  const process = spawn('bindfs', [...options, source, path], { stdio: 'ignore', cwd: dirname(source) });
  const exited = once(process, 'exit');
  while (!isMounted(path)) {
    if (process.exitCode !== null) throw new Error(`bindfs ended with ${process.exitCode}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    path,
    hang: () => void process.kill('SIGSTOP'),
    goOn: () => void process.kill('SIGCONT'),
    async kill() {
      process.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL');
      await exited;
      unmount(path);
    },
  };
};
