import { hash } from 'node:crypto';
import fs from 'node:fs';

import type { Attributes, Restorable } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { attributesOf, type Directory } from './directory.ts';
import { errnoOf, failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { setTimes } from './syscalls.ts';

/**
 * Writing into an open directory. An entry takes shape under a temporary name beside its place and is renamed there
 * when it is complete, so that nobody sees half of it; attributes are set on descriptors, never through a link.
 */

/**
 * The temporary name of an entry while `writer` writes it. It can be told again after a crash, when somebody else takes
 * over: what was left behind is removed by its name, and directories need not be searched.
 */
const temporaryName = (writer: string, path: string) =>
  `.drt-${hash('sha256', `${writer}\0${path}`, 'hex').slice(0, 32)}.tmp`;

/** Whether a name is one of ours: an entry being written, or left over by a process that was killed. */
export const isTemporaryName = (name: string) => /^\.drt-[0-9a-f]{32}\.tmp$/.test(name);

const AT_FDCWD = -100;

/** Changes the owner as far as this process may; what it may not is left as it is. */
const chown = (path: string, now: Attributes, wanted: Restorable, call: (uid: number, gid: number) => void) => {
  const { uid = now.uid, gid = now.gid } = wanted;
  if (uid === now.uid && gid === now.gid) return;
  try {
    posix(path, () => call(uid, gid));
  } catch (error) {
    // EPERM: no CAP_CHOWN. EINVAL: an ID that the user namespace does not map.
    const isNotPermitted = error instanceof PosixFailure && (error.errno === 'EPERM' || error.errno === 'EINVAL');
    if (!isNotPermitted) throw error;
    // Without CAP_CHOWN the group may still be one that this user belongs to.
    if (uid !== now.uid) chown(path, now, { gid }, call);
  }
};

/**
 * Sets what is given on what a descriptor names: a file or a directory, no symbolic link. Owner first, since changing
 * it takes mode bits away; times last.
 * @throws PosixFailure
 */
export const restore = (fd: number, path: string, now: Attributes, wanted: Restorable): void => {
  const itself = underDescriptor(fd);
  chown(path, now, wanted, (uid, gid) => fs.chownSync(itself, uid, gid));
  const { mode } = wanted;
  if (mode !== undefined) posix(path, () => fs.chmodSync(itself, mode));
  const result = setTimes(AT_FDCWD, itself, wanted, true);
  if (result < 0) throw failureOfErrno(-result, path);
};

/** The same for a symbolic link, which has no mode of its own. */
export const restoreSymlink = (
  directory: Directory,
  name: string,
  path: string,
  now: Attributes,
  wanted: Restorable,
): void => {
  chown(path, now, wanted, (uid, gid) => fs.lchownSync(directory.at(name), uid, gid));
  const result = setTimes(directory.fd, name, wanted, false);
  if (result < 0) throw failureOfErrno(-result, path);
};

const writeAll = (fd: number, chunk: Buffer) => {
  let written = 0;
  while (written < chunk.length) written += fs.writeSync(fd, chunk, written);
};

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Refuses early what the rename at the end would refuse: a directory in the place, a name too long. */
const checkPlace = (directory: Directory, name: string) => {
  if (directory.lstat(name)?.kind === 'directory') throw new PosixFailure('IsADirectory', directory.pathOf(name));
};

/** Says nothing when it fails: what went wrong before is what the caller has to know. */
const removeLeftover = (directory: Directory, name: string) => {
  try {
    fs.unlinkSync(directory.at(name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
};

/** Who writes an entry. */
export interface Writer {
  /** Differs between all who may be writing the same entry at the same time, dead or alive. */
  readonly name: string;
  /** Called before a name appears in the tree; what it throws undoes the write. */
  check(): void;
}

/** Removes what a writer that was killed may have left of an entry. Nothing there is no failure. */
export const removeLeft = (directory: Directory, name: string, writer: string): void => {
  try {
    posix(directory.pathOf(name), () => fs.unlinkSync(directory.at(temporaryName(writer, directory.pathOf(name)))));
  } catch (error) {
    if (!isFailure(error, 'NotFound')) throw error;
  }
};

/** Writes a file in `directory` and puts it in the place of whatever file or link has its name. */
export const writeFileIn = async (
  directory: Directory,
  name: string,
  body: AsyncIterable<Buffer>,
  wanted: Restorable,
  writer: Writer,
): Promise<Attributes> => {
  const path = directory.pathOf(name);
  checkPlace(directory, name);
  const temporary = temporaryName(writer.name, path);
  writer.check();
  const fd = posix(path, () => fs.openSync(directory.at(temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
  let isInPlace = false;
  try {
    for await (const chunk of body) posix(path, () => writeAll(fd, chunk));
    restore(fd, path, attributesOf(fd, path), { mode: 0o644, ...wanted });
    posix(path, () => fs.fsyncSync(fd));
    writer.check();
    posix(path, () => fs.renameSync(directory.at(temporary), directory.at(name)));
    isInPlace = true;
    directory.sync();
    return attributesOf(fd, path);
  } finally {
    fs.closeSync(fd);
    if (!isInPlace) removeLeftover(directory, temporary);
  }
};

/** Makes a symbolic link in `directory` and puts it in the place of whatever file or link has its name. */
export const writeSymlinkIn = (
  directory: Directory,
  name: string,
  target: Buffer,
  wanted: Restorable,
  writer: Writer,
): Attributes => {
  const path = directory.pathOf(name);
  if (target.length === 0 || target.includes(0)) throw new PosixFailure('Other', path, 'EINVAL');
  checkPlace(directory, name);
  const temporary = temporaryName(writer.name, path);
  writer.check();
  posix(path, () => fs.symlinkSync(target, directory.at(temporary)));
  let isInPlace = false;
  try {
    const made = directory.lstat(temporary);
    if (!made) throw new PosixFailure('NotFound', path);
    restoreSymlink(directory, temporary, path, made, wanted);
    posix(path, () => fs.renameSync(directory.at(temporary), directory.at(name)));
    isInPlace = true;
    directory.sync();
    // A link is not open, so this asks for the name again; another writer's entry may answer.
    return directory.lstat(name) ?? made;
  } finally {
    if (!isInPlace) removeLeftover(directory, temporary);
  }
};
