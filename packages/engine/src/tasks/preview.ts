import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';

import { objectKeyOf, type Scope, treePathOf } from '../associations/resolve.ts';
import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import { associationsOf } from '../store/associations.ts';
import { fileSystemById } from '../store/file-systems.ts';
import { resolve } from './create.ts';
import { asProblem, type Found, PlanProblem } from './found.ts';
import { findExports } from './plan-export.ts';
import { findImports } from './plan-import.ts';

/** The entries that are shown, and how long counting goes on. */
const SHOWN = 100;
const PATIENCE_MS = 10_000;

type Preview = EngineOutput<'PreviewTask'>;
type Request = EngineInput<'PreviewTask'>;

const nothing: Preview = { Entries: 0, Bytes: 0, Scanned: 0, Complete: true, First: [] };

const show = ({ Type }: Request, { association }: Scope, found: Found): Preview['First'][number] => {
  if ('failure' in found) return { Path: found.failure.path, Size: 0, Failure: found.failure.code };
  const isImport = Type === 'IMPORT_METADATA_FROM_REPOSITORY';
  const [key, size] = found.entry;
  const path = isImport ? `s3://${association.bucket}/${objectKeyOf(association, key)}` : treePathOf(association, key);
  return { Path: path, Size: size };
};

async function scopesOf(context: Context, { Type, FileSystemId: id, Paths = [] }: Request): Promise<readonly Scope[]> {
  if (!(await fileSystemById(context.sql, id))) {
    throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
  }
  const { scopes, problems } = resolve(Type, Paths, await associationsOf(context.sql, id));
  if (problems.length > 0) throw new PlanProblem(problems.join(' '));
  if (scopes.length === 0) throw new PlanProblem('The file system has no linked data repository.');
  return scopes;
}

async function count(context: Context, request: Request): Promise<Preview> {
  const scopes = await scopesOf(context, request);
  using root = await openRoot(context, request.FileSystemId);
  if ('problem' in root) throw new PlanProblem(root.problem);
  const find = request.Type === 'IMPORT_METADATA_FROM_REPOSITORY' ? findImports : findExports;
  const stopAt = performance.now() + PATIENCE_MS;
  const first: Preview['First'] = [];
  let [entries, bytes, scanned] = [0, 0, 0];
  for (const scope of scopes) {
    for await (const found of find(context, root.tree, scope, undefined)) {
      scanned += 1;
      if (found) {
        entries += 1;
        bytes += 'entry' in found ? found.entry[1] : 0;
        if (first.length < SHOWN) first.push(show(request, scope, found));
      }
      if (performance.now() > stopAt) {
        return { Entries: entries, Bytes: bytes, Scanned: scanned, Complete: false, First: first };
      }
    }
  }
  return { Entries: entries, Bytes: bytes, Scanned: scanned, Complete: true, First: first };
}

/** What a task would act on if it began now: the same search that planning makes, without writing anything down. */
export async function previewTask(context: Context, request: Request): Promise<Preview> {
  if (request.Type !== 'EXPORT_TO_REPOSITORY' && request.Type !== 'IMPORT_METADATA_FROM_REPOSITORY') {
    throw new FsxError('UnsupportedOperation', 'Only exports and imports can be previewed.');
  }
  try {
    return await count(context, request);
  } catch (error) {
    const problem = asProblem(error);
    if (problem === undefined) throw error;
    return { ...nothing, Problem: problem };
  }
}
