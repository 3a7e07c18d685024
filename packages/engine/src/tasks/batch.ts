import { setTimeout as delay } from 'node:timers/promises';

import { objectKeyOf, treePathOf } from '../associations/resolve.ts';
import { type CatalogRow, putCatalog } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import { associationById, type AssociationRow } from '../store/associations.ts';
import {
  type BatchRow,
  claimBatch,
  type FailureRow,
  insertFailures,
  lockTask,
  taskById,
  type TaskRow,
} from '../store/tasks.ts';
import { exportEntry } from './export.ts';
import { importEntry } from './import.ts';
import { noteActivity, sampleTask } from './observe.ts';
import { advance } from './progress.ts';
import { type Entry, failureOf, type Outcome, type Sides } from './transfer.ts';

/** Entries of one batch in flight at a time, and the bytes they may hold in memory together. */
const IN_FLIGHT = 16;
const BYTES_IN_FLIGHT = 64 * 2 ** 20;

/** How old the last look at the task may be when another entry is begun. */
const LOOK_EVERY_MS = 20;

/** Counters and catalog are committed at least this often. */
const COMMIT_EVERY_MS = 1000;

/** After a request to stop, transfers in flight get this long before they are cut and handed back. */
const GRACE_MS = 6000;

interface Claimed {
  readonly task: TaskRow;
  readonly batch: BatchRow;
  readonly association: AssociationRow;
}

/** The name of an entry in the report: what a path of a new task could be. */
const reportPath = (task: Pick<TaskRow, 'type'>, association: AssociationRow, key: string) =>
  task.type === 'IMPORT_METADATA_FROM_REPOSITORY'
    ? `s3://${association.bucket}/${objectKeyOf(association, key)}`
    : treePathOf(association, key);

async function claim(context: Context, taskId: string, number: number): Promise<Claimed | undefined> {
  return context.sql.transaction(async (tx) => {
    const batch = await claimBatch(tx, taskId, number);
    const task = await taskById(tx, taskId);
    if (!batch || !task) return undefined;
    if (task.lifecycle !== 'EXECUTING') {
      // Whoever had it before is gone, and nothing is begun any more.
      await tx.query('DELETE FROM batches WHERE task_id = $1 AND number = $2', [taskId, number]);
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
  readonly #claimed: Claimed;
  /** Entries without an outcome yet, by key. */
  readonly #left: Map<string, Entry>;
  #rows: CatalogRow[] = [];
  #failures: FailureRow[] = [];
  #bytes = 0;

  constructor(context: Context, claimed: Claimed, entries: readonly Entry[]) {
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
   * this batch will be done by this worker. After a commit that threw there must be no other: what it should have
   * written is known only to the entries that are still in the database.
   * @returns false when another worker holds the batch by now, so that nothing was written.
   */
  async commit({ ended }: { readonly ended: boolean }): Promise<boolean> {
    const { task, batch } = this.#claimed;
    // Entries go on ending while the transaction waits, so all of it is about this instant.
    const [rows, failures, bytes, left] = [this.#rows, this.#failures, this.#bytes, [...this.#left.values()]];
    [this.#rows, this.#failures, this.#bytes] = [[], [], 0];
    return this.#context.sql.transaction(async (tx) => {
      // The task's row first: whoever writes it next waits here and then sees this batch as it will be.
      const now = await lockTask(tx, task.id);
      const isOver = left.length === 0 || (ended && now?.lifecycle === 'CANCELING');
      const held = await tx.query(
        isOver
          ? 'DELETE FROM batches WHERE task_id = $1 AND number = $2 AND attempt = $3 RETURNING number'
          : 'UPDATE batches SET entries = $4 WHERE task_id = $1 AND number = $2 AND attempt = $3 RETURNING number',
        [task.id, batch.number, batch.attempt, ...(isOver ? [] : [JSON.stringify(left)])],
      );
      if (held.length === 0) return false;
      await putCatalog(tx, batch.association_id, rows);
      await insertFailures(tx, task.id, failures);
      await tx.query(
        `UPDATE tasks SET succeeded = succeeded + $2, failed = failed + $3, bytes = bytes + $4, updated_at = $5
         WHERE id = $1`,
        [task.id, rows.length, failures.length, bytes, this.#context.now()],
      );
      await sampleTask(tx, task, this.#context.now());
      if (isOver) await advance(this.#context, tx, task.id);
      return true;
    });
  }

  get isDone() {
    return this.#left.size === 0;
  }
}

/** Says whether one more entry may be begun: not after a cancel, not when another worker has the batch, not at a stop. */
function gate(context: Context, { task, batch }: Claimed, signal: AbortSignal) {
  let looked = -Infinity;
  let isOpen = true;
  return {
    close: () => {
      isOpen = false;
    },
    isOpen: async () => {
      if (signal.aborted) return false;
      if (isOpen && performance.now() - looked > LOOK_EVERY_MS) {
        const rows = await context.sql.query(
          `SELECT number FROM batches JOIN tasks ON tasks.id = task_id
           WHERE task_id = $1 AND number = $2 AND batches.attempt = $3 AND lifecycle = 'EXECUTING'`,
          [task.id, batch.number, batch.attempt],
        );
        looked = performance.now();
        isOpen = isOpen && rows.length > 0;
      }
      return isOpen && !signal.aborted;
    },
  };
}

/**
 * Works the entries of a batch with bounded concurrency and memory, until all are begun or the gate closes, and waits for
 * those in flight unless they are cut: a store that does not answer must not keep a worker from stopping.
 */
async function workEntries(
  entries: readonly Entry[],
  isOpen: () => Promise<boolean>,
  work: (entry: Entry) => Promise<void>,
  cut: AbortSignal,
): Promise<void> {
  const isCut = new Promise<void>((resolve) => cut.addEventListener('abort', () => resolve(), { once: true }));
  const inFlight = new Set<Promise<void>>();
  let bytes = 0;
  for (const entry of entries) {
    const weight = Math.min(entry[1], BYTES_IN_FLIGHT);
    while (inFlight.size >= IN_FLIGHT || (inFlight.size > 0 && bytes + weight > BYTES_IN_FLIGHT)) {
      await Promise.race([isCut, ...inFlight]);
      if (cut.aborted) return;
    }
    if (!(await isOpen())) break;
    bytes += weight;
    const one = work(entry).finally(() => {
      bytes -= weight;
      inFlight.delete(one);
    });
    inFlight.add(one);
  }
  await Promise.race([isCut, Promise.all(inFlight)]);
}

/** Aborts `GRACE_MS` after `signal` does. */
function cutAfterGrace(signal: AbortSignal) {
  const cut = new AbortController();
  const over = new AbortController();
  const begin = () => {
    delay(GRACE_MS, undefined, { signal: over.signal }).then(
      () => cut.abort(),
      () => undefined,
    );
  };
  signal.addEventListener('abort', begin, { once: true });
  return {
    signal: cut.signal,
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', begin);
      over.abort();
    },
  };
}

/** Works one batch of a task to its end, or as far as the task and this worker's life allow. */
export async function workBatch(
  context: Context,
  { id, number }: { readonly id: string; readonly number: number },
  signal: AbortSignal,
): Promise<void> {
  const claimed = await claim(context, id, number);
  if (!claimed) return;
  const { task, batch, association } = claimed;
  // Written by planning.
  const entries = JSON.parse(batch.entries) as Entry[];
  const ledger = new Ledger(context, claimed, entries);
  const door = gate(context, claimed, signal);
  const isImport = task.type === 'IMPORT_METADATA_FROM_REPOSITORY';
  using cut = cutAfterGrace(signal);
  using root = await openRoot(context, task.file_system_id);
  const sides: Omit<Sides, 'tree'> = { s3: context.s3(), association, signal: cut.signal };

  const work = async (entry: Entry) => {
    try {
      if ('problem' in root) throw new Error(root.problem);
      const both = { ...sides, tree: root.tree };
      const stage = batch.stage === 'DIRECTORIES' ? 'DIRECTORIES' : 'FILES';
      ledger.note(entry[0], isImport ? await importEntry(both, entry, stage) : await exportEntry(both, entry));
    } catch (error) {
      // Handed back, not failed.
      if (cut.signal.aborted) return;
      ledger.note(entry[0], failureOf(error, isImport ? 'import' : 'export'));
    }
  };

  let commit = Promise.resolve();
  const commits = setInterval(() => {
    commit = commit.then(async () => {
      if (!ledger.isDone && !(await ledger.commit({ ended: false }))) door.close();
    });
    // The failure itself is met below, where the chain is awaited.
    commit.catch(() => door.close());
  }, COMMIT_EVERY_MS);
  try {
    await workEntries(entries, door.isOpen, work, cut.signal);
  } finally {
    clearInterval(commits);
  }
  await commit;
  await ledger.commit({ ended: true });
  if (!ledger.isDone && signal.aborted) throw new Error('the worker stops: the rest of the batch is handed back');
}
