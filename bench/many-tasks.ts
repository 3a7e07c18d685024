import { DatabaseSync } from 'node:sqlite';

/**
 * A store full of ended tasks, as years of nightly exports leave it. Written straight into the database of a server
 * that does not run: a hundred thousand creates would take the better part of an hour.
 */

const HOUR = 3_600_000;
/** As often as they are named. */
const TYPES = ['EXPORT_TO_REPOSITORY', 'EXPORT_TO_REPOSITORY', 'IMPORT_METADATA_FROM_REPOSITORY'] as const;
const ENDS = ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
const ACTIVE: readonly [string, ...string[]] = ['PENDING', 'EXECUTING', 'CANCELING'];
const TEAMS = ['genomics', 'rendering', 'weather', 'training', 'archive'] as const;
const NAMES = ['nightly export', 'results', 'checkpoint', 'Übergabe', 'dataset refresh', undefined] as const;

/** The same numbers in each run. */
const randomFrom = (seed: number): Random => {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

export interface LinkedFileSystem {
  readonly id: string;
  readonly associationId: string;
}

type Random = (below: number) => number;

const pickFrom = <Item>(items: readonly [Item, ...Item[]], random: Random): Item =>
  // An index below the length.
  items[random(items.length)] ?? items[0];

/** When a task began and ended, from when it was created; what runs has no end, and what waits no begin. */
const timesOf = (lifecycle: string, created: number, random: Random) => ({
  started: lifecycle === 'PENDING' ? null : created + random(60_000),
  ended: ACTIVE.includes(lifecycle) ? null : created + 60_000 + random(HOUR),
});

/** Counts, and what comes with failures. */
const resultOf = (lifecycle: string, random: Random) => {
  const total = random(50_000);
  if (lifecycle !== 'FAILED') return { total, failed: 0, report: { Enabled: false }, failure: null };
  const report = { Enabled: true, Path: 's3://fsx-sample/reports/' };
  return { total, failed: 1 + random(50), report, failure: 'Some files could not be exported.' };
};

/** @param active tasks that still run or wait, the newest of all */
export const fillStore = (
  database: string,
  fileSystems: readonly [LinkedFileSystem, ...LinkedFileSystem[]],
  { count, active }: { readonly count: number; readonly active: number },
) => {
  const db = new DatabaseSync(database);
  const task = db.prepare(
    `INSERT INTO tasks (seq, id, file_system_id, type, lifecycle, created_at, started_at, ended_at, paths, identity,
       report, failure, total, succeeded, failed, bytes, updated_at, stage, parked, attempt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'FINISH', 0, 1)`,
  );
  const link = db.prepare('INSERT INTO task_associations (association_id, task_seq) VALUES (?, ?)');
  const tag = db.prepare('INSERT INTO tags (resource_id, key, value) VALUES (?, ?, ?)');
  const random = randomFrom(1);
  const now = Date.now();

  db.exec('BEGIN');
  for (let seq = 1; seq <= count; seq += 1) {
    const id = `task-${seq.toString(16).padStart(17, '0')}`;
    const fileSystem = pickFrom(fileSystems, random);
    const lifecycle = pickFrom(seq > count - active ? ACTIVE : ENDS, random);
    const created = now - (count - seq) * (HOUR / 4) - random(HOUR / 8);
    const { started, ended } = timesOf(lifecycle, created, random);
    const { total, failed, report, failure } = resultOf(lifecycle, random);
    const paths = Array.from({ length: random(4) }, (_, n) => `projects/${pickFrom(TEAMS, random)}/run-${seq}/${n}`);
    const facts = [seq, id, fileSystem.id, pickFrom(TYPES, random), lifecycle, created, started, ended];
    const work = [JSON.stringify(paths), id, JSON.stringify(report), failure, total, total - failed, failed];
    task.run(...facts, ...work, total * 4096, started === null ? null : (ended ?? now));
    link.run(fileSystem.associationId, seq);
    const name = pickFrom(NAMES, random);
    if (name) tag.run(id, 'Name', `${name} ${seq}`);
    tag.run(id, 'team', pickFrom(TEAMS, random));
  }
  db.exec('COMMIT');
  db.close();
};
