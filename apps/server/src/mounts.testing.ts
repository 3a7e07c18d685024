import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './testing.ts';

/** Mounts for tests, which need root; whatever state a test leaves one in, it is gone when its scope ends. */

const isRoot = process.getuid?.() === 0;

const has = (command: string) => spawnSync('which', [command], { stdio: 'ignore' }).status === 0;

/** Why a test that needs root and these commands must be left out here, in brackets for its name; '' if it need not. */
export const missing = (...commands: string[]): string => {
  const absent = commands.filter((command) => !has(command));
  if (!isRoot) return ' (left out: needs root)';
  return absent.length > 0 ? ` (left out: needs ${absent.join(', ')})` : '';
};

const unmount = (path: string) => {
  // Lazily: what hangs or is busy goes when its last user does.
  spawnSync('umount', ['-l', path], { stdio: 'ignore' });
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
