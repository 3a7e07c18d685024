/** `other` is a FIFO, socket or device. */
export type Kind = 'file' | 'directory' | 'symlink' | 'other';

/** What lstat(2) says about one entry. */
export interface Attributes {
  readonly kind: Kind;
  readonly size: number;
  /** `st_mode & 07777` */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What can be set on an entry. What is missing stays as it was created: mode 0644 (directories 0755), own user, now. */
export interface Restorable {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
}
