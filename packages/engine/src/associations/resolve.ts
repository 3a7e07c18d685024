import { compareKeys } from '../posix/names.ts';
import type { AssociationRow } from '../store/associations.ts';

/**
 * The one place that maps paths to associations, and an association's keys to both of its sides. All of it is about
 * text: whether a path exists is found out when a task plans.
 */

/** A piece of one association: `key` and all that is below it; '' is the whole association. */
export interface Scope {
  readonly association: AssociationRow;
  /** Relative to the association, without slashes at its ends. */
  readonly start: string;
  /** The path of the request that led here, for messages. */
  readonly path: string;
}

export interface Resolved {
  /** In the order of associations and, within each, of keys; no scope lies within another. */
  readonly scopes: readonly Scope[];
  /** Why a path leads nowhere, a sentence each. */
  readonly problems: readonly string[];
}

export const s3Url = (association: Pick<AssociationRow, 'bucket' | 'prefix'>) =>
  `s3://${association.bucket}/${association.prefix}`;

/** `path1` for `/path1/`, '' for the root; undefined when the path climbs with '..'. */
export function normalizePath(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}

/** Bucket and key of an S3 URL; the key without a slash at its end. Undefined when it is none. */
export function parseS3Url(url: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url);
  return match?.[1] ? { bucket: match[1], key: (match[2] ?? '').replace(/\/$/, '') } : undefined;
}

const isWithin = (inner: string, outer: string) => outer === '' || inner === outer || inner.startsWith(`${outer}/`);

const below = (inner: string, outer: string) => (outer === '' ? inner : inner.slice(outer.length + 1));

const commaHint = (path: string) =>
  path.includes(',') ? ' It contains a comma: separate several paths with spaces, not commas.' : '';

const quoted = (path: string) => (path.length > 100 ? `"${path.slice(0, 99)}…"` : `"${path}"`);

/** Drops scopes that lie within others and sorts the rest. */
function disjoint(scopes: readonly Scope[], order: readonly AssociationRow[]): Scope[] {
  const place = new Map(order.map((association, index) => [association.id, index]));
  const sorted = scopes.toSorted(
    (a, b) =>
      (place.get(a.association.id) ?? 0) - (place.get(b.association.id) ?? 0) ||
      compareKeys(`${a.start}/`, `${b.start}/`),
  );
  return sorted.filter(
    (scope, index) =>
      !sorted.some(
        (other, at) =>
          other.association.id === scope.association.id &&
          isWithin(scope.start, other.start) &&
          (other.start !== scope.start || at < index),
      ),
  );
}

/** Where one side's path meets the associations: inside one, or above some. */
function meet(path: string, target: string, associations: readonly AssociationRow[], side: Side): Scope[] {
  return associations.flatMap((association) => {
    const at = side(association, target);
    if (at === undefined) return [];
    if (isWithin(target, at)) return [{ association, start: below(target, at), path }];
    return isWithin(at, target) ? [{ association, start: '', path }] : [];
  });
}

/** The place of an association on one side, undefined when the target can have nothing to do with it. */
type Side = (association: AssociationRow, target: string) => string | undefined;

const inTree: Side = (association) => association.directory;

/** Paths of an export or release task: relative to the root of the file system, '' or no path at all is all of it. */
export function resolveTreePaths(paths: readonly string[], associations: readonly AssociationRow[]): Resolved {
  const problems: string[] = [];
  const scopes = (paths.length === 0 ? [''] : paths).flatMap((path) => {
    const target = normalizePath(path);
    const met = target === undefined ? [] : meet(path, target, associations, inTree);
    if (target === undefined) problems.push(`Path ${quoted(path)} must not contain "..".`);
    else if (met.length === 0) {
      problems.push(`Path ${quoted(path)} is not under a linked directory of the file system.${commaHint(path)}`);
    }
    return met;
  });
  return { scopes: disjoint(scopes, associations), problems };
}

/** Paths of an import task: `s3://bucket/prefix`; no path at all is every linked repository. */
export function resolveRepositoryPaths(paths: readonly string[], associations: readonly AssociationRow[]): Resolved {
  if (paths.length === 0) {
    return {
      scopes: associations.map((association) => ({ association, start: '', path: s3Url(association) })),
      problems: [],
    };
  }
  const problems: string[] = [];
  const scopes = paths.flatMap((path) => {
    const url = parseS3Url(path);
    if (!url) {
      problems.push(`Path ${quoted(path)} must have the form s3://bucket/prefix.${commaHint(path)}`);
      return [];
    }
    const met = meet(path, url.key, associations, (association) =>
      association.bucket === url.bucket ? association.prefix.replace(/\/$/, '') : undefined,
    );
    if (met.length === 0) problems.push(`Path ${quoted(path)} is not in a linked data repository.${commaHint(path)}`);
    return met;
  });
  return { scopes: disjoint(scopes, associations), problems };
}

/** The tree path of a key of the association: a directory's loses its slash. */
export const treePathOf = (association: Pick<AssociationRow, 'directory'>, key: string): string => {
  const path = key.endsWith('/') ? key.slice(0, -1) : key;
  if (association.directory === '') return path;
  return path === '' ? association.directory : `${association.directory}/${path}`;
};

/** The object key of a key of the association. */
export const objectKeyOf = (association: Pick<AssociationRow, 'prefix'>, key: string): string =>
  `${association.prefix}${key}`;
