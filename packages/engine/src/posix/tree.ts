export type Kind = 'file' | 'directory' | 'symlink' | 'other';

export interface Attributes {
  readonly kind: Kind;
  readonly size: number;
  /** st_mode & 07777 */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
}

export type TreePath = string;

export interface Name {
  readonly text: string | undefined;
  readonly raw: Buffer;
}

export interface OpenFile extends Disposable {
  readonly attributes: Attributes;
  read(into: Buffer, position: number): number;
  now(): Attributes;
}

export interface Restorable {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
}

export interface Tree extends Disposable {
  readonly identity: { readonly dev: bigint; readonly ino: bigint };
  lstat(path: TreePath): Attributes | undefined;
  list(path: TreePath): Name[];
  openFile(path: TreePath): OpenFile;
  readLink(path: TreePath): Buffer;
  makeDirectories(path: TreePath): void;
  writeFile(path: TreePath, body: AsyncIterable<Buffer>, attributes: Restorable): Promise<Attributes>;
  writeSymlink(path: TreePath, target: Buffer, attributes: Restorable): Attributes;
  setAttributes(path: TreePath, attributes: Restorable): Attributes;
  removeTree(path: TreePath): void;
}

export function openTree(root: string): Tree {
  throw new Error(`not built yet: ${root}`);
}
