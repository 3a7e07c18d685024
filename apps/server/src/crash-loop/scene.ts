import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type Sandbox, startSandbox } from '@drt/s3-sandbox';

import { temporaryFolder } from '../testing.ts';
import { Bucket } from './bucket.ts';
import type { Created, Entries, History, TaskFacts } from './facts.ts';
import { hasEnded } from './lifecycle-rules.ts';
import { Random } from './random.ts';
import { differing } from './transfer-rules.ts';
import { entriesOf, peek, SourceTree, temporariesOf, wipe } from './tree.ts';
import { Victim } from './victim.ts';

const PREFIX = 'tree/';

/** What a killed worker leaves in a directory or a bucket is gone after so many milliseconds. */
const QUIET_MS = 60_000;
const LOOK_MS = 200;

/** A task that has not ended by then never will. */
const PATIENCE_MS = 180_000;

const PEEKS = 200;

interface SceneOptions {
  readonly seed: number;
  readonly files: number;
  /** Files that are uploaded in parts. */
  readonly big: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** How long to wait for what killed workers leave behind, in milliseconds. */
  readonly quiet?: number;
}

/** A task on its way, and what is done to it. */
export interface Run {
  readonly type: 'export' | 'import';
  readonly taskId: string;
  readonly toDo: { least: number; most: number };
  readonly paths: readonly string[];
  readonly kills: number[];
  readonly resumes: number[];
  readonly peeks: { key: string; sha256: string }[];
  canceled: TaskFacts['canceled'];
}

export const now = (): number => performance.timeOrigin + performance.now();

/**
 * One store that is never killed, one server that is, and two file systems linked to the same prefix: exports come from
 * the one, imports go into the other. Knows from the outside what each task has to do.
 */
export class Scene implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly bucket: Bucket;
  readonly victim: Victim;
  readonly random: Random;
  readonly created: Created[] = [];
  readonly #data: string;
  readonly #owned: AsyncDisposableStack;
  readonly #quietMs: number;
  // Set by `#prepare`, without which nobody gets a scene.
  source!: SourceTree;
  sourceId = '';
  #copy = { id: '', root: '' };
  #objects: Entries = {};
  /** Objects that were written since the last import that brought them all. */
  #touched = new Set<string>();
  /** After a cancel with a kill nobody outside knows what was written down. */
  #isUncertain = { export: false, import: false };

  private constructor(
    parts: Pick<Scene, 'sandbox' | 'bucket' | 'victim' | 'random'> & { readonly data: string },
    owned: AsyncDisposableStack,
    quiet: number,
  ) {
    this.sandbox = parts.sandbox;
    this.bucket = parts.bucket;
    this.victim = parts.victim;
    this.random = parts.random;
    this.#data = parts.data;
    this.#owned = owned;
    this.#quietMs = quiet;
  }

  static async open({ seed, files, big, settings = {}, quiet = QUIET_MS }: SceneOptions): Promise<Scene> {
    await using opening = new AsyncDisposableStack();
    const folder = opening.use(temporaryFolder());
    const sandbox = opening.use(await startSandbox({ directory: join(folder.path, 'store'), sentinels: false }));
    const bucket = opening.use(await Bucket.open(sandbox));
    const data = join(folder.path, 'data');
    const store = { AWS_ENDPOINT_URL_S3: sandbox.url, AWS_REGION: 'us-east-1' };
    const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test-secret' };
    const victim = opening.use(await Victim.start(data, { ...store, ...keys, ...settings }));
    const random = new Random(seed);
    const scene = new Scene({ sandbox, bucket, victim, random, data }, opening.move(), quiet);
    try {
      await scene.#prepare(files, big);
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
    return scene;
  }

  async #prepare(files: number, big: number) {
    const [source, copy] = [await this.fileSystem(), await this.fileSystem()];
    this.sourceId = source.id;
    this.source = new SourceTree(source.root, this.random);
    this.#copy = copy;
    mkdirSync(source.root, { recursive: true });
    this.source.fill(files, big);
    this.bucket.takeRequests();
  }

  /** A new file system that is linked to a prefix of the bucket, as soon as both can be used. */
  async fileSystem(prefix = PREFIX): Promise<{ id: string; root: string }> {
    const { FileSystem } = await this.victim.call((fsx) =>
      fsx.createFileSystem({ FileSystemType: 'LUSTRE', StorageCapacity: 1200, SubnetIds: ['subnet-00000000'] }),
    );
    const id = FileSystem?.FileSystemId ?? '';
    await this.victim.call((fsx) =>
      fsx.createDataRepositoryAssociation({
        FileSystemId: id,
        FileSystemPath: '/',
        DataRepositoryPath: `s3://${this.bucket.name}/${prefix}`,
      }),
    );
    const isLinked = async () => {
      const { Associations = [] } = await this.victim.call((fsx) =>
        fsx.describeDataRepositoryAssociations({ Filters: [{ Name: 'file-system-id', Values: [id] }] }),
      );
      return Associations.every(({ Lifecycle }) => Lifecycle === 'AVAILABLE');
    };
    while (!(await isLinked())) await delay(LOOK_MS);
    return { id, root: join(this.#data, 'file-systems', id) };
  }

  /** Empties the tree that imports go to. */
  wipe(): void {
    wipe(this.#copy.root);
  }

  #toDo(type: Run['type'], paths: readonly string[]) {
    const entries = type === 'export' ? this.source.remember() : entriesOf(this.#copy.root);
    const [from, to] = type === 'export' ? [entries, this.#objects] : [this.#objects, entries];
    const keys = differing(from, to, paths);
    const perhaps = type === 'import' ? new Set([...keys, ...this.#touched]).size : keys.length;
    return { least: keys.length, most: this.#isUncertain[type] ? Object.keys(from).length : perhaps };
  }

  /**
   * Creates a task, again and again with the same token until there is an answer.
   * @param meanwhile what happens while the create is on its way
   */
  async begin(type: Run['type'], paths: readonly string[] = [], meanwhile?: () => Promise<void>): Promise<Run> {
    const toDo = this.#toDo(type, paths);
    const token = randomUUID();
    const isExport = type === 'export';
    const create = async () => {
      const { DataRepositoryTask } = await this.victim.call((fsx) =>
        fsx.createDataRepositoryTask({
          Type: isExport ? 'EXPORT_TO_REPOSITORY' : 'IMPORT_METADATA_FROM_REPOSITORY',
          FileSystemId: isExport ? this.sourceId : this.#copy.id,
          Paths: paths.map((path) => (isExport ? path : `s3://${this.bucket.name}/${PREFIX}${path}`)),
          Report: { Enabled: false },
          ClientRequestToken: token,
        }),
      );
      const taskId = DataRepositoryTask?.TaskId ?? '';
      this.created.push({ token, taskId });
      return taskId;
    };
    const [taskId] = await Promise.all([create(), meanwhile?.()]);
    // And once more when it is known: a client may well repeat what was answered.
    if (meanwhile) await create();
    return { type, taskId, toDo, paths, kills: [], resumes: [], peeks: [], canceled: undefined };
  }

  async cancel(run: Run): Promise<void> {
    const askedAt = now();
    await this.victim
      .call((fsx) => fsx.cancelDataRepositoryTask({ TaskId: run.taskId }))
      .then(
        () => (run.canceled = { askedAt, answeredAt: now() }),
        () => undefined, // It has ended: nothing to cancel.
      );
  }

  hasEnded(run: Run): boolean {
    const task = this.victim.last(run.taskId);
    return task !== undefined && hasEnded(task);
  }

  /** Looks at what an import has made so far. */
  peek(run: Run): void {
    if (run.type === 'export') return;
    const keys = Object.keys(this.#objects);
    const some = Array.from({ length: Math.min(PEEKS, keys.length) }, () => this.random.among(keys) ?? '');
    run.peeks.push(...peek(this.#copy.root, some));
  }

  async #quiet(): Promise<{ uploads: string[]; temporaries: string[] }> {
    const deadline = performance.now() + this.#quietMs;
    for (;;) {
      const uploads = await this.bucket.uploads();
      const temporaries = [this.source.root, this.#copy.root].flatMap(temporariesOf);
      const isQuiet = uploads.length + temporaries.length === 0;
      if (isQuiet || performance.now() > deadline) return { uploads, temporaries };
      await delay(LOOK_MS);
    }
  }

  /** Waits for the end of a task and gathers what there is to know of it. */
  async end(run: Run): Promise<TaskFacts> {
    await this.victim.until(() => this.hasEnded(run), AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
    this.sandbox.clearFaults();
    const left = await this.#quiet();
    await this.victim.describe().catch(() => undefined);
    const requests = this.bucket.takeRequests();
    this.#objects = await this.bucket.objects(PREFIX, requests);
    const report = await this.bucket.report(run.taskId);
    this.bucket.takeRequests();
    this.#learn(run, requests);
    return {
      ...run,
      ...left,
      requests,
      report,
      prefix: PREFIX,
      isTransient: true,
      sights: this.victim.sights.get(run.taskId) ?? [],
      objects: this.#objects,
      entries: run.type === 'export' ? this.source.remember() : entriesOf(this.#copy.root),
      versions: this.source.versions,
    };
  }

  /** What this task's end means for what the next ones have to do. */
  #learn({ type, taskId, kills, paths }: Run, requests: TaskFacts['requests']) {
    if (type === 'export') for (const { key } of requests) this.#touched.add(key.slice(PREFIX.length));
    const isWhole = this.victim.last(taskId)?.Lifecycle === 'SUCCEEDED' && paths.length === 0;
    if (isWhole) this.#isUncertain[type] = false;
    else if (kills.length > 0) this.#isUncertain[type] = true;
    if (isWhole && type === 'import') this.#touched.clear();
  }

  async history(): Promise<History> {
    return { listed: await this.victim.everyTask(), created: this.created, sights: this.victim.sights };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}
