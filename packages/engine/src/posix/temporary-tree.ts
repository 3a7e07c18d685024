import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** For tests: a directory of its own that is gone afterwards, however deep and however named what is in it. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string;
  /** Absolute path of a name in it. */
  at(...names: string[]): string;
}

export const temporaryDirectory = (): TemporaryDirectory => {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'drt-posix-'));
  // Tests also look at it as another user.
  fs.chmodSync(directory, 0o755);
  return {
    path: directory,
    at: (...names) => path.join(directory, ...names),
    [Symbol.dispose]() {
      spawnSync('rm', ['-rf', '--one-file-system', directory]);
    },
  };
};

/** Everything about every entry below a directory, to the nanosecond: two snapshots are equal when nobody touched it. */
export const snapshot = (directory: string): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  const names = ['', ...fs.readdirSync(directory, { recursive: true, encoding: 'utf8' })].sort();
  for (const name of names) {
    const at = path.join(directory, name);
    const { mode, uid, gid, size, atimeNs, mtimeNs, ctimeNs, ino } = fs.lstatSync(at, { bigint: true });
    result[name] = { mode, uid, gid, size, atimeNs, mtimeNs, ctimeNs, ino };
  }
  for (const name of names) {
    const at = path.join(directory, name);
    const content = fs.lstatSync(at).isFile() ? fs.readFileSync(at, 'latin1') : undefined;
    result[`${name} content`] = content;
  }
  return result;
};

/** Descriptors of this process that lead below a directory: what somebody forgot to close. */
export const descriptorsBelow = (directory: string): string[] =>
  fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return target === directory || target.startsWith(`${directory}/`) ? [target] : [];
    } catch {
      // The descriptor that the listing itself used.
      return [];
    }
  });

/** Runs as nobody when this process is root, whom no permission stops. */
export const asNobody = <Result>(act: () => Result): Result => {
  if (process.getuid?.() !== 0) return act();
  process.setegid?.(65534);
  process.seteuid?.(65534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
};

/** What a call throws. */
export const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};
