import { setTimeout as delay } from 'node:timers/promises';

import { type DataRepositoryTask, FSx } from '@aws-sdk/client-fsx';

import { CLIENT, childrenOf, forkServer, type ServerProcess } from '../testing.ts';
import type { Sight } from './facts.ts';

const POLL_MS = 40;

/** What may be killed: the server, with which its workers end; one worker; all of them. */
export type Target = 'server' | 'worker' | 'workers';

/**
 * A server over one data directory, killed and started again, and what it describes of its tasks all the while. Calls of
 * `fsx` are those of a client that does not give up: it meets a server that is down, and asks again.
 */
export class Victim implements AsyncDisposable {
  readonly sights = new Map<string, Sight[]>();
  /** How long the servers took to be ready, in milliseconds. */
  readonly boots: number[] = [];
  /** Where it listens now. */
  url = '';
  readonly #directory: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #ended = new AbortController();
  #server: ServerProcess;
  #fsx: FSx | undefined;
  #polling: Promise<void> | undefined;
  /** Servers that were killed, until all that was theirs is gone. */
  #dead: Promise<unknown>[] = [];
  #waiting: (() => void)[] = [];

  private constructor(directory: string, settings: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.#settings = settings;
    this.#server = forkServer(directory, settings);
  }

  static async start(directory: string, settings: Readonly<Record<string, string>>): Promise<Victim> {
    const victim = new Victim(directory, settings);
    await victim.#connect();
    victim.#polling = victim.#poll();
    return victim;
  }

  async #connect() {
    const began = performance.now();
    const { url } = await this.#server.ready;
    this.url = url;
    this.boots.push(performance.now() - began);
    this.#fsx?.destroy();
    this.#fsx = new FSx({ ...CLIENT, endpoint: url, maxAttempts: 1 });
  }

  async #poll() {
    while (!this.#ended.signal.aborted) {
      // A server that is down describes nothing; the next poll meets the next one.
      await this.describe().catch(() => undefined);
      await delay(POLL_MS, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
  }

  /** One look at the newest tasks. */
  async describe(): Promise<void> {
    const { DataRepositoryTasks = [] } = (await this.#fsx?.describeDataRepositoryTasks({ MaxResults: 20 })) ?? {};
    for (const task of DataRepositoryTasks) this.#note(task);
    for (const look of this.#waiting) look();
  }

  #note(task: DataRepositoryTask) {
    const { TaskId: id = '' } = task;
    const seen = this.sights.get(id) ?? [];
    this.sights.set(id, seen);
    if (JSON.stringify(seen.at(-1)?.task) !== JSON.stringify(task)) {
      seen.push({ at: performance.timeOrigin + performance.now(), task });
    }
  }

  /** All tasks there are, page by page; they are noted too. */
  async everyTask(): Promise<string[]> {
    const ids: string[] = [];
    let NextToken: string | undefined;
    do {
      const token = NextToken;
      const page = await this.call((fsx) => fsx.describeDataRepositoryTasks({ NextToken: token }));
      for (const task of page.DataRepositoryTasks ?? []) {
        this.#note(task);
        ids.push(task.TaskId ?? '');
      }
      ({ NextToken } = page);
    } while (NextToken);
    return ids;
  }

  last(taskId: string): DataRepositoryTask | undefined {
    return this.sights.get(taskId)?.at(-1)?.task;
  }

  /** Waits until a look at the tasks shows something; rejects with the signal's reason. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => condition() && resolve();
    const abort = () => reject(signal.reason);
    this.#waiting.push(look);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    look();
    try {
      await promise;
    } finally {
      this.#waiting = this.#waiting.filter((other) => other !== look);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Asks until there is an answer that is no sign of a server that is down. */
  async call<Answer>(ask: (fsx: FSx) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        if (this.#fsx) return await ask(this.#fsx);
      } catch (error) {
        // The SDK's errors of FSx say by whose fault; what has no such word never reached it.
        const isRefusal = error instanceof Error && '$fault' in error && error.$fault === 'client';
        if (isRefusal || this.#ended.signal.aborted) throw error;
      }
      await delay(POLL_MS);
    }
  }

  /** Processes that there are now. */
  get workers(): number[] {
    return childrenOf(this.#server.pid);
  }

  /**
   * SIGKILL.
   * @param pick chooses one of several, 0 to 1
   * @returns how many processes it met; workers may be starting again themselves
   */
  kill(target: Target, pick = 0): number {
    const workers = this.workers;
    const one = workers[Math.floor(pick * workers.length)];
    const pids = target === 'server' ? [this.#server.pid] : target === 'workers' ? workers : one ? [one] : [];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids.length;
  }

  /** After the server was killed: the next one, at once or when nothing of the first runs any more. */
  async restart(isAtOnce: boolean): Promise<void> {
    const gone = this.#server.end('SIGKILL');
    gone.catch(() => undefined); // Met below, or when all ends.
    this.#dead.push(gone);
    if (!isAtOnce) await gone;
    this.#server = forkServer(this.#directory, this.#settings);
    await this.#connect();
  }

  /** What the server that runs now has written to its log last. */
  lastWords(lines: number): string[] {
    return this.#server.errors().trimEnd().split('\n').slice(-lines);
  }

  async [Symbol.asyncDispose]() {
    this.#ended.abort();
    await this.#polling;
    this.#fsx?.destroy();
    const { code, signal } = await this.#server.end('SIGTERM');
    await Promise.all(this.#dead);
    if (code !== 0) throw new Error(`The server ended with ${signal ?? code}:\n${this.#server.errors()}`);
  }
}
