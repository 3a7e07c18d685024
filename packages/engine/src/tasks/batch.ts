import type { TaskLifecycle } from '@drt/contract/tasks';

import { objectKeyOf, treePathOf } from '../associations/resolve.ts';
import { type CatalogRow, putCatalog } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import type { Lease } from '../jobs/jobs.ts';
import { associationById, type AssociationRow } from '../store/associations.ts';
import type { Transaction } from '../store/sql.ts';
import {
  type BatchRow,
  claimBatch,
  type FailureRow,
  insertFailures,
  lockTask,
  taskById,
  type TaskRow,
  touch,
} from '../store/tasks.ts';
import { exportEntry } from './export.ts';
import { Flow } from './flow.ts';
import { importEntry } from './import.ts';
import { noteActivity, sampleTask } from './observe.ts';
import { advance } from './progress.ts';
import { type Inherited, sweep } from './sweep.ts';
import { type Entry, failureOf, LeaseLost, type Outcome, persist, type Sides, writerOf } from './transfer.ts';

/** Counters and catalog are committed at least this often. */
const COMMIT_EVERY_MS = 1000;

/** The name of an entry in the report: what a path of a new task could be. */
const reportPath = (task: Pick<TaskRow, 'type'>, association: AssociationRow, key: string) =>
  task.type === 'IMPORT_METADATA_FROM_REPOSITORY'
    ? `s3://${association.bucket}/${objectKeyOf(association, key)}`
    : treePathOf(association, key);

/** Takes a batch out of the work of its task. What its worker may have left behind is removed when the task has ended. */
async function endBatch(
  tx: Transaction,
  { task_id: id, number }: BatchRow,
  { isClean }: { readonly isClean: boolean },
): Promise<void> {
  if (isClean) {
    await tx.query('DELETE FROM batches WHERE task_id = $1 AND number = $2', [id, number]);
  } else {
    // One attempt more: the sweep is about all attempts before its own.
    await tx.query("UPDATE batches SET stage = 'SWEEP', attempt = attempt + 1 WHERE task_id = $1 AND number = $2", [
      id,
      number,
    ]);
  }
}

async function claim(context: Context, taskId: string, number: number): Promise<Inherited | undefined> {
  return context.sql.transaction(async (tx) => {
    const batch = await claimBatch(tx, taskId, number);
    const task = await taskById(tx, taskId);
    if (!batch || !task) return undefined;
    if (task.lifecycle !== 'EXECUTING') {
      // Whoever had it before is gone, and nothing is begun any more.
      await endBatch(tx, batch, { isClean: batch.attempt === 1 });
      await advance(context, tx, taskId);
      return undefined;
    }
    if (batch.attempt > 1) {
      await noteActivity(tx, taskId, 'RESUMED', context.now(), `batch ${number}, for the ${batch.attempt - 1}. time`);
    }
    const association = await associationById(tx, batch.association_id);
    if (!association) throw new Error(`association ${batch.association_id} of task ${taskId} is gone`);
    return { task, batch, association };
  });
}

/** What has become of a batch's entries, and how much of that is in the database. */
class Ledger {
  readonly #context: Context;
  readonly #claimed: Inherited;
  /** Entries without an outcome yet, by key. */
  readonly #left: Map<string, Entry>;
  #rows: CatalogRow[] = [];
  #failures: FailureRow[] = [];
  #bytes = 0;

  constructor(context: Context, claimed: Inherited, entries: readonly Entry[]) {
    this.#context = context;
    this.#claimed = claimed;
    this.#left = new Map(entries.map((entry) => [entry[0], entry]));
  }

  note(key: string, outcome: Outcome) {
    this.#left.delete(key);
    if (outcome.kind === 'done') {
      this.#rows.push(outcome.row);
      this.#bytes += outcome.bytes;
    } else if (outcome.kind === 'failed') {
      const { task, association } = this.#claimed;
      const path = reportPath(task, association, key);
      this.#failures.push({ path, code: outcome.code, detail: outcome.detail });
      this.#context.log.warn({ taskId: task.id, path, code: outcome.code, detail: outcome.detail }, 'entry failed');
    }
  }

  /**
   * Writes down what is known: counters, catalog, failures and what is left, all or nothing. `ended`: nothing more of
   * this batch will be done by this worker; `cut`: it left transfers undone. After a commit that threw there must be no
   * other: what it should have written is known only to the entries that are still in the database.
   * @returns the lifecycle of the task; undefined when another worker holds the batch by now, so nothing was written.
   */
  async commit({ ended, cut = false }: { ended: boolean; cut?: boolean }): Promise<TaskLifecycle | undefined> {
    const { task, batch } = this.#claimed;
    // Entries go on ending while the transaction waits, so all of it is about this instant.
    const [rows, failures, bytes, left] = [this.#rows, this.#failures, this.#bytes, [...this.#left.values()]];
    [this.#rows, this.#failures, this.#bytes] = [[], [], 0];
    return this.#context.sql.transaction(async (tx) => {
      // The task's row first: whoever writes it next waits here and then sees this batch as it will be.
      const now = await lockTask(tx, task.id);
      const held = await tx.query(
        `UPDATE batches SET entries = $4
         WHERE task_id = $1 AND number = $2 AND attempt = $3 AND stage <> 'SWEEP' RETURNING number`,
        [task.id, batch.number, batch.attempt, JSON.stringify(left)],
      );
      if (!now || held.length === 0) return undefined;
      await putCatalog(tx, batch.association_id, rows);
      await insertFailures(tx, task.id, failures);
      await tx.query(
        `UPDATE tasks SET succeeded = succeeded + $2, failed = failed + $3, bytes = bytes + $4, ${touch('$5')}
         WHERE id = $1`,
        [task.id, rows.length, failures.length, bytes, this.#context.now()],
      );
      await sampleTask(tx, task, this.#context.now());
      if (left.length === 0 || (ended && now.lifecycle === 'CANCELING')) {
        await endBatch(tx, batch, { isClean: !cut });
        await advance(this.#context, tx, task.id);
      }
      return now.lifecycle;
    });
  }

  get isDone() {
    return this.#left.size === 0;
  }
}

/** Works one batch of a task to its end, or as far as the task and this worker's life allow. */
export async function workBatch(
  context: Context,
  { id, number }: { readonly id: string; readonly number: number },
  lease: Lease,
): Promise<void> {
  const claimed = await claim(context, id, number);
  if (!claimed) return;
  const { task, batch, association } = claimed;
  // Written by planning.
  const entries = JSON.parse(batch.entries) as Entry[];
  const ledger = new Ledger(context, claimed, entries);
  const isImport = task.type === 'IMPORT_METADATA_FROM_REPOSITORY';
  using flow = new Flow(context, batch, lease);
  using root = await openRoot(context, task.file_system_id);
  if (batch.attempt > 1 && 'tree' in root) await sweep(context, claimed, root.tree);
  const sides: Omit<Sides, 'tree'> = {
    s3: context.s3(),
    association,
    signal: flow.cut,
    mayBegin: flow.mayBegin,
    moved: flow.moved,
    writer: writerOf(id, number, batch.attempt),
  };

  const work = async (entry: Entry) => {
    try {
      if ('problem' in root) throw new Error(root.problem);
      const both = { ...sides, tree: root.tree };
      const stage = batch.stage === 'DIRECTORIES' ? 'DIRECTORIES' : 'FILES';
      const transfer = () => (isImport ? importEntry(both, entry, stage) : exportEntry(both, entry));
      ledger.note(entry[0], await persist(flow.cut, transfer));
    } catch (error) {
      // Handed back, not failed.
      if (flow.cut.aborted || error instanceof LeaseLost) return;
      ledger.note(entry[0], failureOf(error, isImport ? 'import' : 'export'));
    }
  };

  let commit = Promise.resolve();
  const commits = setInterval(() => {
    commit = commit.then(async () => {
      if (ledger.isDone) return;
      const lifecycle = await ledger.commit({ ended: false });
      if (lifecycle === 'CANCELING') flow.cancel();
      else if (lifecycle !== 'EXECUTING') flow.close();
    });
    // The failure itself is met below, where the chain is awaited.
    commit.catch(() => flow.close());
  }, COMMIT_EVERY_MS);
  try {
    await flow.run(entries, work);
  } finally {
    clearInterval(commits);
  }
  await commit;
  const lifecycle = await ledger.commit({ ended: true, cut: flow.cut.aborted });
  if (!ledger.isDone && lifecycle === 'EXECUTING') throw new Error('the rest of the batch is handed back');
}
