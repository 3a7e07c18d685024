import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

import { globToRegExp } from './faults/glob.ts';
import type { Operation } from './wire/request.ts';

/** One request, from its first line to its end. The object changes while the request goes on. */
export interface RequestRecord {
  /** 1 for the first request since the start; never repeated. */
  readonly sequence: number;
  /** What the answer says as x-amz-request-id. */
  readonly id: string;
  readonly operation: Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** Decoded query parameters, such as `partNumber`. */
  readonly query: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number;
  /** `held`: stands at a gate or hangs. */
  state: 'running' | 'held' | 'ended';
  endedAt?: number;
  /** The status of the answer; also when the answer was lost by a fault after the work was done. */
  status?: number;
  /** S3's code when the answer was an error. */
  code?: string;
  /** How it ended: `cut` by a fault, or `aborted` by the client. */
  outcome?: 'answered' | 'cut' | 'aborted';
  /** The fault that was applied. */
  fault?: string;
}

/** All members given must fit. */
export interface RequestFilter {
  readonly operation?: Operation | undefined;
  readonly method?: string | undefined;
  readonly bucket?: string | undefined;
  /** A glob: `*` any characters, slashes too, `?` one. */
  readonly key?: string | undefined;
  readonly state?: RequestRecord['state'] | undefined;
  readonly status?: number | undefined;
  /** Only requests with a greater sequence number. */
  readonly after?: number | undefined;
}

/** Most records that are kept; half of them go when there are more. */
const CAPACITY = 100_000;

/** Every request since the start or the last `clear`. */
export class RequestLog {
  #records: RequestRecord[] = [];
  #sequence = 0;
  /** Makes request ids different from those of other runs. */
  readonly #run = randomBytes(4).toString('hex').toUpperCase();
  readonly #changes = new EventEmitter<{ change: [RequestRecord] }>().setMaxListeners(0);

  begin(request: Omit<RequestRecord, 'sequence' | 'id' | 'startedAt' | 'state'>): RequestRecord {
    this.#sequence += 1;
    const startedAt = performance.timeOrigin + performance.now();
    const id = `${this.#run}${this.#sequence.toString(16).toUpperCase().padStart(8, '0')}`;
    const record: RequestRecord = { sequence: this.#sequence, id, ...request, startedAt, state: 'running' };
    this.#records.push(record);
    if (this.#records.length > CAPACITY) this.#records = this.#records.slice(CAPACITY / 2);
    this.#changes.emit('change', record);
    return record;
  }

  hold(record: RequestRecord): void {
    record.state = 'held';
    this.#changes.emit('change', record);
  }

  resume(record: RequestRecord): void {
    record.state = 'running';
    this.#changes.emit('change', record);
  }

  end(record: RequestRecord, outcome: NonNullable<RequestRecord['outcome']>): void {
    if (record.state === 'ended') return;
    record.state = 'ended';
    record.endedAt = performance.timeOrigin + performance.now();
    record.outcome = outcome;
    this.#changes.emit('change', record);
  }

  /** In the order in which they came. */
  select(filter: RequestFilter = {}): RequestRecord[] {
    const fits = toPredicate(filter);
    return this.#records.filter(fits);
  }

  clear(): void {
    this.#records = [];
  }

  /**
   * Answers with the record that makes it `count` records for which the predicate has been true: at once, or as soon as
   * one becomes so by starting, being held or ending. Rejects with the signal's reason.
   */
  waitFor(predicate: (record: RequestRecord) => boolean, count = 1, signal?: AbortSignal): Promise<RequestRecord> {
    const { promise, resolve, reject } = Promise.withResolvers<RequestRecord>();
    const seen = new Set<number>();
    const look = (record: RequestRecord) => {
      if (!predicate(record)) return;
      seen.add(record.sequence);
      if (seen.size === count) finish(() => resolve(record));
    };
    const abort = () => finish(() => reject(signal?.reason));
    const finish = (settle: () => void) => {
      this.#changes.off('change', look);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    this.#changes.on('change', look);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else for (const record of this.#records) if (seen.size < count) look(record);
    return promise;
  }
}

export function toPredicate(filter: RequestFilter): (record: RequestRecord) => boolean {
  const key = filter.key === undefined ? undefined : globToRegExp(filter.key);
  const wanted = (['operation', 'method', 'bucket', 'state', 'status'] as const).filter(
    (name) => filter[name] !== undefined,
  );
  return (record) =>
    record.sequence > (filter.after ?? 0) &&
    wanted.every((name) => record[name] === filter[name]) &&
    (key?.test(record.key) ?? true);
}
