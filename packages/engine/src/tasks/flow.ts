import { setTimeout as delay } from 'node:timers/promises';

import type { Context } from '../context.ts';
import type { Lease } from '../jobs/jobs.ts';
import type { BatchRow, TaskRow } from '../store/tasks.ts';
import { type Entry, LeaseLost } from './transfer.ts';

/** Entries of one batch in flight at a time, and the bytes they may hold in memory together. */
const IN_FLIGHT = 16;
const BYTES_IN_FLIGHT = 64 * 2 ** 20;

/** How old the last look at the task may be when another entry is begun. */
const LOOK_EVERY_MS = 20;

/** After a request to stop, transfers in flight get this long before they are cut and handed back. */
const STOP_GRACE_MS = 6000;

/** After a cancel, transfers in flight are finished, unless no byte of any of them moves for so long. */
const CANCEL_PATIENCE_MS = 10_000;

/** What was cut gets this long to find out what has become of it. */
const SETTLE_MS = 2000;

/**
 * Lets the entries of one batch begin and end: with bounded concurrency and memory; none is begun after a cancel, when
 * another worker has the batch or when the worker is to stop; and none is waited for longer than a stop or a cancel
 * allows, because a store that does not answer must keep neither from ending.
 */
export class Flow implements Disposable {
  readonly #context: Context;
  readonly #batch: BatchRow;
  readonly #lease: Lease;
  readonly #cut = new AbortController();
  readonly #over = new AbortController();
  #isOpen = true;
  #looked = -Infinity;
  #moved = performance.now();

  constructor(context: Context, batch: BatchRow, lease: Lease) {
    this.#context = context;
    this.#batch = batch;
    this.#lease = lease;
    const onStop = () => {
      const due = performance.now() + STOP_GRACE_MS;
      this.#cutAt(() => due);
    };
    lease.stop.addEventListener('abort', onStop, { once: true, signal: this.#over.signal });
  }

  /** Aborts when transfers in flight are given up. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  /** To be called whenever bytes have moved. */
  readonly moved = (): void => {
    this.#moved = performance.now();
  };

  /** @throws LeaseLost when the batch may be another worker's by now */
  readonly mayBegin = (): void => {
    if (!this.#lease.isHeld()) throw new LeaseLost();
  };

  /** No further entry is begun. */
  close(): void {
    this.#isOpen = false;
  }

  /** The task is canceled. */
  cancel(): void {
    if (!this.#isOpen) return;
    this.close();
    this.moved();
    this.#cutAt(() => this.#moved + CANCEL_PATIENCE_MS);
  }

  /** `due` is asked again when its time has come: it may have moved on. */
  #cutAt(due: () => number): void {
    const wait = async () => {
      for (let left = due() - performance.now(); left > 0; left = due() - performance.now()) {
        await delay(left, undefined, { signal: this.#over.signal });
      }
      this.#cut.abort(new Error('given up'));
    };
    // It rejects when the batch is over, and nothing is left to cut.
    wait().catch(() => {});
  }

  async #mayGoOn(): Promise<boolean> {
    if (!this.#isOpen || this.#lease.stop.aborted || !this.#lease.isHeld()) return false;
    if (performance.now() - this.#looked > LOOK_EVERY_MS) {
      const { task_id: id, number, attempt } = this.#batch;
      const [task] = await this.#context.sql.query<Pick<TaskRow, 'lifecycle'>>(
        `SELECT lifecycle FROM batches JOIN tasks ON tasks.id = task_id
         WHERE task_id = $1 AND number = $2 AND batches.attempt = $3`,
        [id, number, attempt],
      );
      this.#looked = performance.now();
      if (task?.lifecycle === 'CANCELING') this.cancel();
      else if (task?.lifecycle !== 'EXECUTING') this.close();
    }
    return this.#isOpen && !this.#lease.stop.aborted;
  }

  /** Works the entries until all have ended or the flow is closed or cut. `work` rejects for nothing. */
  async run(entries: readonly Entry[], work: (entry: Entry) => Promise<void>): Promise<void> {
    const isCut = new Promise<void>((resolve) => {
      this.#cut.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const inFlight = new Set<Promise<void>>();
    let bytes = 0;
    for (const entry of entries) {
      const weight = Math.min(entry[1], BYTES_IN_FLIGHT);
      while (
        !this.cut.aborted &&
        (inFlight.size >= IN_FLIGHT || (inFlight.size > 0 && bytes + weight > BYTES_IN_FLIGHT))
      ) {
        await Promise.race([isCut, ...inFlight]);
      }
      if (this.cut.aborted || !(await this.#mayGoOn())) break;
      bytes += weight;
      const one = work(entry).finally(() => {
        bytes -= weight;
        inFlight.delete(one);
        this.moved();
      });
      inFlight.add(one);
    }
    const allEnded = Promise.all(inFlight);
    await Promise.race([isCut, allEnded]);
    if (!this.cut.aborted) return;
    await Promise.race([allEnded, delay(SETTLE_MS, undefined, { signal: this.#over.signal })]);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}
