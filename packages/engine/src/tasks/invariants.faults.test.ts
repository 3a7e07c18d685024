import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { FsxError } from '@drt/contract/errors';
import { type DataRepositoryTask, isFinished, type TaskLifecycle } from '@drt/contract/tasks';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';
import { canMove } from './lifecycle.ts';

type WorkerAct =
  | { readonly kind: 'start worker' }
  | { readonly kind: 'stop worker' }
  | { readonly kind: 'take a worker for dead'; readonly which: number }
  | { readonly kind: 'kill a worker'; readonly after: number }
  | { readonly kind: 'kill everything and start again' };

/** What people, workers and the object store do to each other, in any order. */
type Act =
  | { readonly kind: 'create'; readonly type: 'export' | 'import'; readonly path: string }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'write files'; readonly count: number; readonly path: string }
  | { readonly kind: 'let uploads through'; readonly count: number }
  | WorkerAct;

const path = fc.constantFrom('', 'a', 'a/b', 'c');

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      type: fc.constantFrom('export' as const, 'export' as const, 'import' as const),
      path,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'start worker' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'stop worker' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take a worker for dead' as const), which: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('kill a worker' as const), after: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill everything and start again' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('write files' as const), count: fc.integer({ min: 1, max: 30 }), path }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('let uploads through' as const), count: fc.integer({ min: 1, max: 40 }) }),
  },
);

/** Whether one description may follow another: reliability invariants I1 to I5. */
function expectInOrder(before: DataRepositoryTask | undefined, now: DataRepositoryTask): void {
  const counts = (task: DataRepositoryTask) => [
    task.Status?.TotalCount ?? 0,
    task.Status?.SucceededCount ?? 0,
    task.Status?.FailedCount ?? 0,
    task.Status?.LastUpdatedTime?.getTime() ?? 0,
  ];
  const [total = 0, succeeded = 0, failed = 0] = counts(now);
  expect(succeeded + failed).toBeLessThanOrEqual(total);
  if (now.Lifecycle === 'SUCCEEDED' || now.Lifecycle === 'FAILED') expect(succeeded + failed).toBe(total);
  if (now.Lifecycle === 'SUCCEEDED') expect(failed).toBe(0);
  expect(now.FailureDetails !== undefined).toBe(now.Lifecycle === 'FAILED');
  expect(now.EndTime !== undefined).toBe(isFinished(now.Lifecycle));
  const times = [now.CreationTime, now.StartTime, now.EndTime].flatMap((time) => time?.getTime() ?? []);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  if (!before) return;
  if (isFinished(before.Lifecycle)) expect(now).toEqual(before);
  for (const [index, count] of counts(now).entries()) expect(count).toBeGreaterThanOrEqual(counts(before)[index] ?? 0);
  expect(isReachable(before.Lifecycle, now.Lifecycle)).toBe(true);
}

const isReachable = (from: TaskLifecycle, to: TaskLifecycle): boolean =>
  from === to ||
  (['EXECUTING', 'CANCELING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const).some(
    (next) => canMove(from, next) && isReachable(next, to),
  );

/** Holds every upload when it is done, before its answer. */
const closedGate = (world: World) =>
  world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'answer' } });

class Story {
  readonly #world: World;
  readonly #fileSystem: string;
  readonly #root: string;
  #gate;
  readonly #workers: { name: string; stop(): Promise<void> }[] = [];
  readonly #last = new Map<string, DataRepositoryTask>();
  #written = 0;
  #kills = 0;

  constructor(world: World, fileSystem: { id: string; root: string }) {
    this.#world = world;
    this.#fileSystem = fileSystem.id;
    this.#root = fileSystem.root;
    this.#gate = closedGate(world);
  }

  async look() {
    for (const id of this.#last.keys()) {
      const now = await this.#world.describe(id);
      expectInOrder(this.#last.get(id), now);
      this.#last.set(id, now);
    }
  }

  async #create({ type, path: at }: Act & { kind: 'create' }) {
    const paths = type === 'export' ? [at] : [`s3://bucket/story/${at}`];
    const made = await this.#world.create(type, this.#fileSystem, { Paths: paths }).catch((error: unknown) => {
      if (error instanceof FsxError && error.code === 'DataRepositoryTaskExecuting') return undefined;
      throw error;
    });
    if (made) this.#last.set(made.TaskId, made);
  }

  async #cancel({ which }: Act & { kind: 'cancel' }) {
    const id = [...this.#last.keys()].at(which);
    if (id === undefined) return;
    await this.#world.cancel(id).catch((error: unknown) => {
      if (!(error instanceof FsxError && error.code === 'DataRepositoryTaskEnded')) throw error;
    });
  }

  #startWorker() {
    const name = `worker-${this.#workers.length}`;
    this.#workers.push({ name, ...this.#world.work(name) });
  }

  #write({ count, path: at }: Act & { kind: 'write files' }) {
    mkdirSync(join(this.#root, at), { recursive: true });
    for (let n = 0; n < count; n += 1) {
      this.#written += 1;
      writeFileSync(join(this.#root, at, `f${this.#written}`), `content ${this.#written}`);
    }
  }

  /** Lets a worker begin, and kills it when so many more requests have come to the store, or when nothing comes. */
  async #killWorker({ after }: Act & { kind: 'kill a worker' }) {
    const { sandbox, engine } = this.#world;
    const name = `victim-${this.#kills}`;
    const victim = this.#world.workApart(name);
    const enough = sandbox.requests().length + after;
    this.#gate.release(after);
    const nothingComes = AbortSignal.timeout(1500);
    await sandbox
      .waitForRequest(() => sandbox.requests().length >= enough, { signal: nothingComes })
      .catch(() => undefined);
    await victim.kill();
    await engine.handBack(name);
    this.#kills += 1;
  }

  async #startAgain() {
    // Workers in this thread wait for their uploads before they end.
    this.#gate.remove();
    await this.#world.restart();
    this.#workers.length = 0;
    this.#gate = closedGate(this.#world);
    this.#kills += 1;
  }

  async act(each: Act) {
    switch (each.kind) {
      case 'create':
        await this.#create(each);
        break;
      case 'cancel':
        await this.#cancel(each);
        break;
      case 'write files':
        this.#write(each);
        break;
      case 'let uploads through':
        this.#gate.release(each.count);
        break;
      default:
        await this.#actOnWorkers(each);
    }
    await this.look();
  }

  async #actOnWorkers(each: WorkerAct) {
    switch (each.kind) {
      case 'start worker':
        this.#startWorker();
        break;
      case 'stop worker':
        // It waits for its uploads, which may stand at the gate, so nobody waits for it here.
        void this.#workers.pop()?.stop();
        break;
      case 'take a worker for dead':
        await this.#world.engine.handBack(this.#workers.at(each.which)?.name ?? 'nobody');
        break;
      case 'kill a worker':
        await this.#killWorker(each);
        break;
      case 'kill everything and start again':
        await this.#startAgain();
        break;
    }
  }

  /** Opens the gate, makes sure somebody works, and sees every task end. */
  async end() {
    this.#gate.remove();
    this.#world.work('last');
    for (const id of this.#last.keys()) {
      const task = await this.#world.end(id);
      expectInOrder(this.#last.get(id), task);
      this.#last.set(id, task);
    }
    await this.look();
  }

  /** With nothing in the way, an export brings everything there is, and one more has nothing to do. */
  async settle() {
    const { TaskId } = await this.#world.create('export', this.#fileSystem);
    expect((await this.#world.end(TaskId)).Lifecycle).toBe('SUCCEEDED');
    const { TaskId: again } = await this.#world.create('export', this.#fileSystem);
    expect((await this.#world.end(again)).Status).toMatchObject({ TotalCount: 0 });
    const keys = new Set(this.#world.sandbox.requests({ operation: 'PutObject', status: 200 }).map(({ key }) => key));
    const files = [...keys].filter((key) => /\/f\d+$/.test(key));
    expect(files).toHaveLength(this.#written);
    const left = readdirSync(this.#root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.drt-/.test(name));
    expect(left).toEqual([]);
    const { Contents = [] } = await this.#world.s3.send(
      new ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'story/' }),
    );
    for (const { Key = '', ETag } of Contents.filter(({ Key: key = '' }) => /\/f\d+$/.test(key))) {
      const content = readFileSync(join(this.#root, Key.slice('story/'.length)));
      expect(ETag).toBe(`"${hash('md5', content, 'hex')}"`);
    }
  }
}

test('whatever happens to tasks and workers, what is described stays in order and every task ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      const world = await openWorld({ workers: [] });
      try {
        const fileSystem = await world.fileSystem();
        await world.link(fileSystem.id, 'bucket/story');
        for (const path of ['a/b', 'c']) mkdirSync(join(fileSystem.root, path), { recursive: true });
        const story = new Story(world, fileSystem);
        for (const each of acts) await story.act(each);
        await story.end();
        await story.settle();
      } finally {
        await world[Symbol.asyncDispose]();
      }
    }),
    { numRuns: Number(process.env['STORIES'] ?? 8) },
  );
}, 300_000);
