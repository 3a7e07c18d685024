import { setImmediate as turn } from 'node:timers/promises';

import { clip } from '@drt/contract/errors';

import type { Scope } from '../associations/resolve.ts';
import { forgetCatalog } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import type { Tree } from '../posix/tree.ts';
import { S3Failure } from '../s3/failure.ts';
import { associationsOf } from '../store/associations.ts';
import {
  claimTask,
  countBatches,
  type FailureRow,
  insertBatches,
  insertFailures,
  type NewBatch,
  type TaskRow,
  touch,
} from '../store/tasks.ts';
import { resolve } from './create.ts';
import { asProblem, type Found, PlanProblem } from './found.ts';
import { noteActivity, sampleTask } from './observe.ts';
import { findExports } from './plan-export.ts';
import { findImports } from './plan-import.ts';
import { advance, MANY_BATCHES } from './progress.ts';
import type { Entry } from './transfer.ts';

/** A batch is closed when it has so many entries or bytes: work to share, and little to repeat after a crash. */
const BATCH_ENTRIES = 256;
const BATCH_BYTES = 64 * 2 ** 20;

/** Entries looked at between two turns of the event loop, so that leases are renewed during long walks. */
const TURN_EVERY = 500;
const TELL_EVERY_MS = 1000;

/** How far planning has come: every entry of earlier scopes, and of this one up to `key`, is planned. */
interface Cursor {
  readonly scope: number;
  readonly key: string;
}

/** The task was canceled or another worker plans it by now. */
class Superseded extends Error {}

/** Enough batches wait: planning goes on when they are worked off. */
class Parked extends Error {}

/** Collects what is found and commits it, batch by batch, together with the cursor. */
class Planner {
  readonly #context: Context;
  readonly #task: TaskRow;
  readonly #isImport: boolean;
  #number: number;
  /** Entries looked at, by this attempt and those before it. */
  scanned: number;
  #told: number;
  #files: Entry[] = [];
  #directories: Entry[] = [];
  #failures: FailureRow[] = [];
  #forget: string[] = [];
  #bytes = 0;

  constructor(context: Context, task: TaskRow, firstNumber: number) {
    this.#context = context;
    this.#task = task;
    this.#isImport = task.type === 'IMPORT_METADATA_FROM_REPOSITORY';
    this.#number = firstNumber;
    this.scanned = task.scanned;
    this.#told = context.now();
  }

  add(found: Found) {
    if ('failure' in found) {
      this.#failures.push(found.failure);
      return;
    }
    this.#files.push(found.entry);
    this.#forget.push(...(found.forget ?? []));
    this.#bytes += found.entry[1];
    // An import makes a directory first and gives it its attributes last.
    if (this.#isImport && found.key.endsWith('/')) this.#directories.push(found.entry);
  }

  get isFull() {
    return this.#files.length >= BATCH_ENTRIES || this.#failures.length >= BATCH_ENTRIES || this.#bytes >= BATCH_BYTES;
  }

  #take(associationId: string): NewBatch[] {
    const batches = (
      [
        ['FILES', this.#files],
        ['DIRECTORIES', this.#directories],
      ] as const
    ).flatMap(([stage, entries]) =>
      entries.length === 0
        ? []
        : [{ number: this.#number++, stage, association_id: associationId, entries: JSON.stringify(entries) }],
    );
    [this.#files, this.#directories, this.#failures, this.#forget, this.#bytes] = [[], [], [], [], 0];
    return batches;
  }

  /**
   * @throws Superseded when this attempt may no longer write.
   * @throws Parked when it is time to rest; all is written by then.
   */
  async flush(associationId: string, cursor: Cursor): Promise<void> {
    const [failures, forget] = [this.#failures, this.#forget];
    const found = this.#files.length + failures.length;
    if (found === 0) return;
    const batches = this.#take(associationId);
    const { id, attempt } = this.#task;
    const isParked = await this.#context.sql.transaction(async (tx) => {
      const held = await tx.query(
        `UPDATE tasks SET total = total + $3, failed = failed + $4, cursor = $5, ${touch('$6')}, scanned = $7
         WHERE id = $1 AND attempt = $2 AND stage = 'PLAN' AND lifecycle = 'EXECUTING' RETURNING id`,
        [id, attempt, found, failures.length, JSON.stringify(cursor), this.#context.now(), this.scanned],
      );
      if (held.length === 0) throw new Superseded();
      await sampleTask(tx, this.#task, this.#context.now());
      await insertFailures(tx, id, failures);
      await forgetCatalog(tx, associationId, forget);
      await insertBatches(tx, id, batches);
      await this.#context.jobs.enqueue(
        tx,
        batches.flatMap(({ stage, number }) => (stage === 'FILES' ? [{ kind: 'batch', id, number }] : [])),
      );
      const isEnough = (await countBatches(tx, id, 'FILES')) >= MANY_BATCHES;
      if (isEnough) await tx.query('UPDATE tasks SET parked = 1 WHERE id = $1', [id]);
      return isEnough;
    });
    if (isParked) throw new Parked();
  }

  /** Tells, once a second, how many entries were looked at: in an unchanged tree there is nothing else to tell. */
  async tell(): Promise<void> {
    const now = this.#context.now();
    if (now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    await this.#context.sql.transaction(async (tx) => {
      const held = await tx.query(
        `UPDATE tasks SET scanned = $3, ${touch('$4')}
         WHERE id = $1 AND attempt = $2 AND stage = 'PLAN' AND lifecycle = 'EXECUTING' RETURNING id`,
        [this.#task.id, this.#task.attempt, this.scanned, this.#context.now()],
      );
      if (held.length === 0) throw new Superseded();
      await sampleTask(tx, this.#task, now);
    });
  }

  /** Ends planning, with the reason if it failed. Entries planned so far are worked all the same. */
  async end(problem?: string): Promise<void> {
    const { id, attempt } = this.#task;
    await this.#context.sql.transaction(async (tx) => {
      const held = await tx.query(
        `UPDATE tasks SET stage = 'FILES', failure = $3, ${touch('$4')}, scanned = $5
         WHERE id = $1 AND attempt = $2 AND stage = 'PLAN' AND lifecycle = 'EXECUTING' RETURNING id`,
        [id, attempt, problem === undefined ? null : clip(problem), this.#context.now(), this.scanned],
      );
      if (held.length === 0) return;
      await noteActivity(tx, id, 'PLANNED', this.#context.now(), problem ?? '');
      await sampleTask(tx, this.#task, this.#context.now());
      await advance(this.#context, tx, id);
    });
  }
}

async function checkBuckets(context: Context, scopes: readonly Scope[]): Promise<void> {
  for (const bucket of new Set(scopes.map((scope) => scope.association.bucket))) {
    try {
      await context.s3().headBucket(bucket);
    } catch (error) {
      if (!(error instanceof S3Failure)) throw error;
      // Keys that may put but not list are refused here and still can do the work.
      if (error.kind !== 'AccessDenied') throw new PlanProblem(`Bucket ${bucket} cannot be used: ${error.message}.`);
    }
  }
}

async function scopesOf(context: Context, task: TaskRow): Promise<readonly Scope[]> {
  const associations = await associationsOf(context.sql, task.file_system_id);
  // Written from the request.
  const { scopes, problems } = resolve(task.type, JSON.parse(task.paths) as string[], associations);
  if (problems[0] !== undefined) throw new PlanProblem(problems.join(' '));
  if (scopes.length === 0) throw new PlanProblem('The file system has no linked data repository any more.');
  return scopes;
}

/** The scopes that are not planned to their end, each with the key behind which it goes on. */
const remaining = (scopes: readonly Scope[], cursor: Cursor | undefined) =>
  scopes.flatMap((scope, index) => {
    const after = cursor?.scope === index ? cursor.key : undefined;
    return cursor && index < cursor.scope ? [] : [{ scope, index, after }];
  });

/** Plans the scopes of a task, from where planning stopped. */
async function plan(context: Context, task: TaskRow, planner: Planner, tree: Tree, signal: AbortSignal) {
  const scopes = await scopesOf(context, task);
  // Written by `flush`.
  const cursor = task.cursor === null ? undefined : (JSON.parse(task.cursor) as Cursor);
  if (!cursor) await checkBuckets(context, scopes);
  const find = task.type === 'IMPORT_METADATA_FROM_REPOSITORY' ? findImports : findExports;
  for (const { scope, index, after } of remaining(scopes, cursor)) {
    const flush = (key: string) => planner.flush(scope.association.id, { scope: index, key });
    let last = after ?? '';
    for await (const found of find(context, tree, scope, after)) {
      planner.scanned += 1;
      if (planner.scanned % TURN_EVERY === 0) {
        await turn();
        await planner.tell();
      }
      signal.throwIfAborted();
      if (!found) continue;
      last = found.key;
      planner.add(found);
      if (planner.isFull) await flush(last);
    }
    await flush(last);
  }
}

/**
 * Finds the entries a task has to act on and hands them out in batches. Everything it has found is committed with the
 * place it has come to, so another worker can go on at any time.
 */
export async function planTask(context: Context, { id }: { readonly id: string }, signal: AbortSignal): Promise<void> {
  const claimed = await context.sql.transaction(async (tx) => {
    const task = await claimTask(tx, id, 'PLAN');
    const [highest] = await tx.query<{ n: number }>(
      'SELECT coalesce(max(number), 0) AS n FROM batches WHERE task_id = $1',
      [id],
    );
    return task && { task, firstNumber: (highest?.n ?? 0) + 1 };
  });
  if (!claimed || claimed.task.lifecycle !== 'EXECUTING') return;
  const planner = new Planner(context, claimed.task, claimed.firstNumber);
  try {
    using root = await openRoot(context, claimed.task.file_system_id);
    if ('problem' in root) throw new PlanProblem(root.problem);
    await plan(context, claimed.task, planner, root.tree, signal);
    // A mount that went away in the middle looks like a tree in which much has vanished.
    using still = await openRoot(context, claimed.task.file_system_id);
    await planner.end('problem' in still ? still.problem : undefined);
  } catch (error) {
    if (error instanceof Superseded || error instanceof Parked) return;
    const problem = asProblem(error);
    if (problem === undefined) throw error;
    await planner.end(problem);
  }
}
