import { setTimeout as delay } from 'node:timers/promises';

import type { FaultAction } from '@drt/s3-sandbox';

import type { Limits } from './facts.ts';
import { violationsOf } from './invariants.ts';
import { historyViolations } from './lifecycle-rules.ts';
import { now, type Run, Scene } from './scene.ts';
import type { Target } from './victim.ts';

export interface LoopOptions {
  readonly kills: number;
  /** No round begins after it aborts, however few the kills. */
  readonly enough?: AbortSignal;
  readonly files: number;
  readonly big: number;
  readonly seed: number;
  readonly limits: Limits;
  /** Probability of each fault of the store, at every request. */
  readonly faults: number;
  /** Probability that a task is canceled while it is disturbed; default 0.2. */
  readonly cancels?: number;
  /** Kills and cancels of one task at most; default 4. */
  readonly most?: number;
  /** How long to wait for what killed workers leave behind, in milliseconds. */
  readonly quiet?: number;
  readonly say: (line: string) => void;
}

export interface Summary {
  readonly kills: number;
  readonly tasks: number;
  readonly violations: readonly string[];
  /** Milliseconds from starting the server again to progress: all that were measured, in order of size. */
  readonly resumes: readonly number[];
  /** Of that, until the server was ready: what the machine was busy with otherwise shows here. */
  readonly boots: readonly number[];
}

const FAULTS: readonly FaultAction[] = [
  { type: 'error', status: 503, code: 'SlowDown' },
  { type: 'error', status: 500, code: 'InternalError' },
  { type: 'reset', at: 'start' },
  { type: 'reset', at: 'body', afterBytes: 1 },
  { type: 'reset', at: 'answer' },
];

/** The faults that every store has now and then, each with this probability at every request. */
export const addFaults = ({ sandbox, bucket }: Pick<Scene, 'sandbox' | 'bucket'>, probability: number): void => {
  if (probability === 0) return;
  for (const action of FAULTS) sandbox.addFault({ match: { bucket: bucket.name }, action, probability });
  // Late in a part rather than at its beginning.
  const late = { type: 'reset', at: 'body', afterBytes: 3 * 2 ** 20 } as const;
  sandbox.addFault({ match: { bucket: bucket.name, operation: 'UploadPart' }, action: late, probability });
};

/** What the next task is to be. */
type Plan = 'export' | 'export again' | 'export some' | 'import';

const SHARES = [0.2, 0.6, 1] as const;
/** Of the server's log, with each violation. */
const LOG_LINES = 20;

const TARGETS = ['server', 'server', 'worker', 'workers'] as const;

class Loop {
  readonly #options: LoopOptions;
  readonly #scene: Scene;
  readonly violations: string[] = [];
  readonly resumes: number[] = [];
  kills = 0;
  tasks = 0;
  /** How long a task lives that nobody disturbs, in milliseconds. */
  #life = { export: { milliseconds: 0, entries: 1 }, import: { milliseconds: 0, entries: 1 } };
  #watching: Promise<void>[] = [];

  constructor(options: LoopOptions, scene: Scene) {
    this.#options = options;
    this.#scene = scene;
  }

  #plan(): Plan {
    const drawn = this.#scene.random.number();
    if (drawn < 0.08) return 'export again';
    if (drawn < 0.16) return 'export some';
    return drawn < 0.55 ? 'import' : 'export';
  }

  /** Makes work, and the task that has to do it. */
  async #begin(plan: Plan, meanwhile?: () => Promise<void>): Promise<Run> {
    const { source, random } = this.#scene;
    const kind = plan.startsWith('export') ? 'export' : 'import';
    if (plan === 'export' || plan === 'export some') source.change(random.among(SHARES) ?? 1);
    if (plan === 'import') this.#scene.wipe();
    addFaults(this.#scene, this.#options.faults);
    return this.#scene.begin(kind, plan === 'export some' ? ['d0', 'big0'] : [], meanwhile);
  }

  async #end(plan: Plan, run: Run) {
    const facts = await this.#scene.end(run);
    this.tasks += 1;
    this.resumes.push(...run.resumes);
    const found = violationsOf(facts, this.#options.limits).map((problem) => `${run.taskId} (${plan}): ${problem}`);
    this.violations.push(...found);
    for (const problem of found) this.#options.say(`  VIOLATION ${problem}`);
    if (found.length > 0) for (const line of this.#scene.victim.lastWords(LOG_LINES)) this.#options.say(`    ${line}`);
    const { Lifecycle, Status } = facts.sights.at(-1)?.task ?? {};
    this.#options.say(`  ${Lifecycle} ${Status?.SucceededCount} of ${Status?.TotalCount}, ${run.kills.length} kills`);
  }

  /** One export and one import without kills: everything is there, and it is known how long that takes. */
  async measure() {
    for (const plan of ['export', 'import'] as const) {
      const began = performance.now();
      const run = await this.#begin(plan);
      await this.#scene.victim.until(() => this.#scene.hasEnded(run), AbortSignal.timeout(600_000));
      const milliseconds = performance.now() - began;
      this.#life[plan] = { milliseconds, entries: run.toDo.least };
      this.#options.say(`a whole ${plan} takes ${(milliseconds / 1000).toFixed(1)} s`);
      await this.#end(plan, run);
    }
  }

  /** Notes how long it takes until the task goes on; when it is killed again before, nobody can say. */
  async #watch(run: Run, since: number, signal: AbortSignal) {
    const { victim } = this.#scene;
    const before = JSON.stringify(victim.last(run.taskId));
    await victim.until(
      () => JSON.stringify(victim.last(run.taskId)) !== before,
      AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
    );
    run.resumes.push(now() - since);
  }

  /** How far a task has come, in words. */
  #progressOf(run: Run): string {
    const { Lifecycle, Status, StartTime } = this.#scene.victim.last(run.taskId) ?? {};
    const since = StartTime ? `${(now() - StartTime.getTime()).toFixed(0)} ms after the start` : 'before the start';
    return `${since}, ${Lifecycle} ${Status?.SucceededCount ?? 0} of ${Status?.TotalCount ?? 0}`;
  }

  /** @param signal aborts watching for progress: the next kill has come */
  async #kill(run: Run, target: Target, signal: AbortSignal) {
    const { victim, random } = this.#scene;
    const progress = this.#progressOf(run);
    if (victim.kill(target, random.number()) === 0) return;
    const since = now();
    run.kills.push(since);
    this.kills += 1;
    this.#options.say(`  kill ${this.kills}: ${target}, ${progress}`);
    this.#scene.peek(run);
    const watched = this.#watch(run, since, signal).catch(() => undefined);
    this.#watching.push(watched);
    if (target === 'server') await victim.restart(random.number() < 0.5);
  }

  /** Kills at instants spread evenly over the life of a task, until it has ended or enough was done to it. */
  async #disturb(run: Run) {
    const { random, victim } = this.#scene;
    const ended = new AbortController();
    const watchEnd = victim
      .until(() => this.#scene.hasEnded(run), ended.signal)
      .then(
        () => ended.abort(),
        () => undefined,
      );
    const times = 1 + Math.floor(random.number() * (this.#options.most ?? 4));
    const cancelAt = random.number() < (this.#options.cancels ?? 0.2) ? Math.floor(random.number() * times) : -1;
    let next = new AbortController();
    for (let time = 0; time < times && this.kills < this.#options.kills; time += 1) {
      await this.#instant(run, times - time, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) break;
      next.abort();
      next = new AbortController();
      // A kill at once would end what must not begin any more.
      if (time === cancelAt) await this.#scene.cancel(run);
      else await this.#kill(run, random.among(TARGETS) ?? 'server', next.signal);
    }
    await victim.until(() => this.#scene.hasEnded(run), AbortSignal.timeout(180_000)).catch(() => undefined);
    ended.abort();
    await Promise.all([watchEnd, ...this.#watching.splice(0)]);
  }

  /**
   * Waits for the first of so many instants in what is left of a task's life: by the clock, which also meets what asks nothing of the store;
   * or by the requests still to come, of which a slow machine makes no fewer. Rejects when the signal aborts.
   */
  async #instant(run: Run, instants: number, signal: AbortSignal): Promise<void> {
    const { random, sandbox, victim } = this.#scene;
    // The least of so many numbers.
    const part = 1 - random.number() ** (1 / instants);
    if (random.number() < 0.5) {
      await delay(part * this.#lifeOf(run), undefined, { signal });
    } else {
      const left = run.toDo.least - (victim.last(run.taskId)?.Status?.SucceededCount ?? 0);
      const since = now();
      await sandbox.waitForRequest(({ startedAt }) => startedAt > since, {
        count: 1 + Math.floor(part * left),
        signal,
      });
    }
  }

  /** How long a task with as much to do takes when nobody disturbs it. */
  #lifeOf({ type, toDo }: Run): number {
    const { milliseconds, entries } = this.#life[type];
    return 500 + (milliseconds * toDo.least) / entries;
  }

  async round(number: number) {
    const plan = this.#plan();
    this.#options.say(`seed ${this.#options.seed}, round ${number}: ${plan}`);
    const { random, victim } = this.#scene;
    const kills: number[] = [];
    const atCreate = async () => {
      await delay(random.number() * 30);
      victim.kill('server');
      kills.push(now());
      this.kills += 1;
      this.#options.say(`  kill ${this.kills}: server, while the task is created`);
      await victim.restart(random.number() < 0.5);
    };
    // The answer to a create is lost in a crash, now and then.
    const run = await this.#begin(plan, random.number() < 0.15 ? atCreate : undefined);
    run.kills.push(...kills);
    await this.#disturb(run);
    await this.#end(plan, run);
  }

  async history() {
    const found = historyViolations(await this.#scene.history());
    this.violations.push(...found);
    for (const problem of found) this.#options.say(`VIOLATION ${problem}`);
  }
}

/** Kills a server so many times while it works, and answers what it broke. */
export const runCrashLoop = async (options: LoopOptions): Promise<Summary> => {
  await using scene = await Scene.open(options);
  const loop = new Loop(options, scene);
  await loop.measure();
  const isEnough = () => loop.kills >= options.kills || options.enough?.aborted === true;
  for (let round = 1; !isEnough(); round += 1) await loop.round(round);
  await loop.history();
  const { kills, tasks, violations, resumes } = loop;
  const sorted = (milliseconds: readonly number[]) => milliseconds.toSorted((a, b) => a - b);
  return { kills, tasks, violations, resumes: sorted(resumes), boots: sorted(scene.victim.boots) };
};
