import type { PosixFailure } from './failure.ts';
import type { Attributes, Tree, TreePath } from './tree.ts';

export interface Walked {
  readonly path: TreePath;
  readonly key: string;
  readonly attributes: Attributes;
}

export interface WalkFailure {
  readonly path: string;
  readonly key: string;
  readonly failure: 'NotUtf8' | PosixFailure;
}

// eslint-disable-next-line require-yield
export function* walk(
  tree: Tree,
  start: TreePath,
  options: { readonly after?: string; readonly crossMounts?: boolean } = {},
): Generator<Walked | WalkFailure> {
  throw new Error(`not built yet: ${String(tree)}${start}${options.after}`);
}
