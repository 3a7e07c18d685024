import { DatabaseSync } from 'node:sqlite';

/**
 * A store full of ended tasks, as years of nightly exports leave it. Written straight into the database of a server
 * that does not run: a hundred thousand creates would take the better part of an hour.
 */

const HOUR = 3_600_000;
const TYPES = ['EXPORT_TO_REPOSITORY', 'EXPORT_TO_REPOSITORY', 'IMPORT_METADATA_FROM_REPOSITORY'];
const ENDS = ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CANCELED'];
const TEAMS = ['genomics', 'rendering', 'weather', 'training', 'archive'];
const NAMES = ['nightly export', 'results', 'checkpoint', 'Übergabe', 'dataset refresh', undefined];

/** The same numbers in each run. */
const randomFrom = (seed: number) => {
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

/** @param active tasks that still run or wait, the newest of all */
export const fillStore = (
  database: string,
  fileSystems: readonly LinkedFileSystem[],
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
  const pick = <Item>(items: readonly Item[]) => items[random(items.length)];
  const now = Date.now();

  db.exec('BEGIN');
  for (let seq = 1; seq <= count; seq += 1) {
    const isActive = seq > count - active;
    const id = `task-${seq.toString(16).padStart(17, '0')}`;
    const { id: fileSystem = '', associationId = '' } = pick(fileSystems) ?? {};
    const lifecycle = isActive ? (pick(['PENDING', 'EXECUTING', 'CANCELING']) ?? '') : (pick(ENDS) ?? '');
    const created = now - (count - seq) * (HOUR / 4) - random(HOUR / 8);
    const started = lifecycle === 'PENDING' ? null : created + random(60_000);
    const total = random(50_000);
    const failed = lifecycle === 'FAILED' ? 1 + random(50) : 0;
    const paths = Array.from({ length: random(4) }, (_, index) => `projects/${pick(TEAMS)}/run-${seq}/${index}`);
    const ended = isActive ? null : created + 60_000 + random(HOUR);
    const report = failed > 0 ? { Enabled: true, Path: 's3://fsx-sample/reports/' } : { Enabled: false };
    const failure = failed > 0 ? 'Some files could not be exported.' : null;
    const facts = [seq, id, fileSystem, pick(TYPES) ?? '', lifecycle, created, started, ended];
    const work = [JSON.stringify(paths), id, JSON.stringify(report), failure, total, total - failed, failed];
    task.run(...facts, ...work, total * 4096, started === null ? null : (ended ?? now));
    link.run(associationId, seq);
    const name = pick(NAMES);
    if (name) tag.run(id, 'Name', `${name} ${seq}`);
    tag.run(id, 'team', pick(TEAMS) ?? '');
  }
  db.exec('COMMIT');
  db.close();
};
