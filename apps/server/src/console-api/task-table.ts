import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

import type { TaskFilter, TaskJson, TaskListQuery, TaskSort, TaskToken } from '@drt/contract/task-list';

/** What is searched stands apart from the whole task, so that a search reads few bytes. */
const SCHEMA = `
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT,
  name_folded TEXT NOT NULL,
  file_system TEXT,
  created REAL NOT NULL,
  started REAL,
  ended REAL,
  updated REAL,
  total INTEGER,
  succeeded INTEGER,
  failed INTEGER,
  paths INTEGER NOT NULL,
  report INTEGER NOT NULL,
  seen REAL NOT NULL
) STRICT;
CREATE INDEX tasks_by_created ON tasks (created, id);
CREATE INDEX tasks_by_status ON tasks (status, created, id);
CREATE INDEX tasks_by_file_system ON tasks (file_system, created, id);
CREATE TABLE bodies (task TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE tags (
  task TEXT NOT NULL, tag TEXT NOT NULL, key TEXT NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (task, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);
CREATE INDEX tags_by_key ON tags (key);
CREATE TABLE associated (
  association TEXT NOT NULL, task TEXT NOT NULL, PRIMARY KEY (association, task)
) STRICT, WITHOUT ROWID;
`;

const ACTIVE = `status IN ('PENDING', 'EXECUTING', 'CANCELING')`;

const COLUMNS: Readonly<Record<TaskSort, string>> = {
  id: 'id',
  status: 'status',
  name: 'name',
  type: 'type',
  fileSystem: 'file_system',
  succeeded: 'succeeded',
  failed: 'failed',
  total: 'total',
  created: 'created',
  started: 'started',
  ended: 'ended',
  updated: 'updated',
  paths: 'paths',
  report: 'report',
};

/** Upper and lower case alike, in any script, which SQLite's own `lower` does for ASCII only. */
const fold = (text: string) => text.toLowerCase();

interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

const NEVER: Condition = { sql: '0', values: [] };

const compareText = (column: string, folded: string, { operator, value }: TaskToken): Condition => {
  switch (operator) {
    case '=':
      return { sql: `${column} = ?`, values: [value] };
    case ':':
      return { sql: `instr(${folded}, ?) > 0`, values: [fold(value)] };
    case '^':
      return { sql: `instr(${folded}, ?) = 1`, values: [fold(value)] };
    default:
      return NEVER;
  }
};

const tagCondition = ({ operator, value }: TaskToken): Condition =>
  operator === '='
    ? {
        sql: 'id IN (SELECT task FROM tags WHERE tag = ? UNION SELECT task FROM tags WHERE key = ?)',
        values: [value, value],
      }
    : { sql: 'id IN (SELECT task FROM tags WHERE instr(folded, ?) > 0)', values: [fold(value)] };

const ANYWHERE = ['id', 'name_folded', 'lower(status)', 'lower(type)', `ifnull(file_system, '')`];

const anywhere = (value: string): Condition => ({
  sql: `(${ANYWHERE.map((each) => `instr(${each}, ?) > 0`).join(' OR ')} OR id IN (SELECT task FROM tags WHERE instr(folded, ?) > 0))`,
  values: Array.from({ length: ANYWHERE.length + 1 }, () => fold(value)),
});

/** The condition of a token whose operator says no "not". */
const positive = (token: TaskToken): Condition => {
  const { property, operator, value } = token;
  switch (property) {
    case 'id':
      return compareText('id', 'id', token);
    case 'name':
      return compareText('name', 'name_folded', token);
    case 'fileSystem':
      return compareText('file_system', 'file_system', token);
    case 'status':
    case 'type':
      return { sql: `${property} = ?`, values: [value] };
    case 'association':
      return { sql: 'id IN (SELECT task FROM associated WHERE association = ?)', values: [value] };
    case 'created':
      return { sql: `created ${operator} ?`, values: [Date.parse(value) / 1000] };
    case 'tag':
      return tagCondition(token);
    case 'any':
      return anywhere(value);
  }
};

const POSITIVE = { '!=': '=', '!:': ':' } as const;

const conditionOf = (token: TaskToken): Condition => {
  const { operator } = token;
  if (operator !== '!=' && operator !== '!:') return positive(token);
  const { sql, values } = positive({ ...token, operator: POSITIVE[operator] });
  // A task without the value does not have it either: NULL counts as false.
  return { sql: `NOT ifnull(${sql}, 0)`, values };
};

const filterCondition = ({ operation, tokens }: TaskFilter): Condition => {
  if (tokens.length === 0) return { sql: '1', values: [] };
  const conditions = tokens.map(conditionOf);
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(operation === 'and' ? ' AND ' : ' OR '),
    values: conditions.flatMap(({ values }) => values),
  };
};

const whereOf = ({ filter, scope }: TaskListQuery): Condition => {
  const asked = filterCondition(filter);
  if (!scope) return asked;
  const within = conditionOf(scope);
  return { sql: `(${within.sql}) AND (${asked.sql})`, values: [...within.values, ...asked.values] };
};

const orderOf = ({ property, descending }: TaskListQuery['sort']) => {
  const direction = descending ? 'DESC' : 'ASC';
  return `${COLUMNS[property]} ${direction} NULLS LAST, created ${direction}, id ${direction}`;
};

/** In the order of the table's columns. */
const rowOf = (each: TaskJson, seen: number): SQLInputValue[] => {
  const { Status = {}, Report, Paths = [] } = each;
  const name = each.Tags?.find(({ Key }) => Key === 'Name')?.Value;
  const facts = [each.TaskId, each.Lifecycle, each.Type, name, fold(name ?? ''), each.FileSystemId];
  const times = [each.CreationTime, each.StartTime, each.EndTime, Status.LastUpdatedTime];
  const counts = [Status.TotalCount, Status.SucceededCount, Status.FailedCount, Paths.length, Report?.Enabled ? 1 : 0];
  return [...facts, ...times, ...counts, seen].map((value) => value ?? null);
};

export interface TaskTable {
  /**
   * Takes tasks in, or in place of what was known of them, unless that is newer.
   * @param seen when FSx was asked, in ms since 1970.
   * @returns those of which something is new to the table.
   */
  put(tasks: readonly TaskJson[], seen: number): { added: TaskJson[]; changed: TaskJson[] };
  /** Notes that these tasks touch the association. */
  associate(association: string, taskIds: readonly string[]): void;
  knows(taskId: string, association?: string): boolean;
  /** Whether some task could change by itself. */
  hasActive(): boolean;
  /** Tasks that could have changed by themselves since they were last seen, longest unseen first. */
  activeUnseenSince(time: number, most: number): string[];
  remove(taskIds: readonly string[]): void;
  /** Forgets the tasks that a full reading begun at `time` did not meet. */
  removeUnseenSince(time: number): void;
  find(query: TaskListQuery): { tasks: TaskJson[]; total: number; page: number };
}

/** Tasks in memory, where they can be searched and sorted in any way; SQLite does it. */
export const createTaskTable = (): TaskTable => {
  const db = new DatabaseSync(':memory:');
  db.exec(SCHEMA);
  const putTask = db.prepare(`INSERT OR REPLACE INTO tasks VALUES (${Array(16).fill('?').join(', ')})`);
  const putBody = db.prepare('INSERT OR REPLACE INTO bodies VALUES (?, ?)');
  const putTag = db.prepare('INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?)');
  const dropTags = db.prepare('DELETE FROM tags WHERE task = ?');
  const putAssociated = db.prepare('INSERT OR IGNORE INTO associated VALUES (?, ?)');
  const knowsTask = db.prepare('SELECT 1 FROM tasks WHERE id = ?');
  const knowsAssociated = db.prepare('SELECT 1 FROM associated WHERE association = ? AND task = ?');
  const bodyOf = db.prepare('SELECT json FROM bodies WHERE task = ?');
  const known = db.prepare('SELECT seen, json FROM tasks JOIN bodies ON task = id WHERE id = ?');
  const see = db.prepare('UPDATE tasks SET seen = ? WHERE id = ?');
  const anyActive = db.prepare(`SELECT 1 FROM tasks WHERE ${ACTIVE} LIMIT 1`);
  const unseen = db.prepare(`SELECT id FROM tasks WHERE ${ACTIVE} AND seen < ? ORDER BY seen LIMIT ?`);
  const allUnseen = db.prepare('SELECT id FROM tasks WHERE seen < ?');
  const drops = [
    db.prepare('DELETE FROM tasks WHERE id = ?'),
    db.prepare('DELETE FROM bodies WHERE task = ?'),
    db.prepare('DELETE FROM associated WHERE task = ?'),
    dropTags,
  ];

  const transaction = (work: () => void) => {
    db.exec('BEGIN');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };

  const put = (each: TaskJson, seen: number): 'added' | 'changed' | undefined => {
    const before = known.get(each.TaskId);
    const json = JSON.stringify(each);
    if (before && Number(before['seen']) > seen) return undefined;
    if (before?.['json'] === json) {
      see.run(seen, each.TaskId);
      return undefined;
    }
    putTask.run(...rowOf(each, seen));
    putBody.run(each.TaskId, json);
    dropTags.run(each.TaskId);
    for (const { Key, Value } of each.Tags ?? []) {
      const tag = `${Key}=${Value}`;
      putTag.run(each.TaskId, tag, Key, fold(tag));
    }
    return before ? 'changed' : 'added';
  };

  const remove = (taskIds: readonly string[]) =>
    transaction(() => {
      for (const id of taskIds) for (const drop of drops) drop.run(id);
    });

  return {
    put(tasks, seen) {
      const news: ReturnType<TaskTable['put']> = { added: [], changed: [] };
      transaction(() => {
        for (const each of tasks) {
          const what = put(each, seen);
          if (what) news[what].push(each);
        }
      });
      return news;
    },
    associate: (association, taskIds) =>
      transaction(() => {
        for (const id of taskIds) putAssociated.run(association, id);
      }),
    knows: (taskId, association) =>
      (association ? knowsAssociated.get(association, taskId) : knowsTask.get(taskId)) !== undefined,
    hasActive: () => anyActive.get() !== undefined,
    activeUnseenSince: (time, most) => unseen.all(time, most).map(({ id }) => String(id)),
    remove,
    removeUnseenSince: (time) => remove(allUnseen.all(time).map(({ id }) => String(id))),
    find(query) {
      const { sort, page: wanted, pageSize } = query;
      const { sql, values } = whereOf(query);
      const total = Number(db.prepare(`SELECT count(*) AS n FROM tasks WHERE ${sql}`).get(...values)?.['n']);
      const page = Math.max(1, Math.min(wanted, Math.ceil(total / pageSize)));
      const rows = db
        .prepare(`SELECT id FROM tasks WHERE ${sql} ORDER BY ${orderOf(sort)} LIMIT ? OFFSET ?`)
        .all(...values, pageSize, (page - 1) * pageSize);
      // Written by `put` alone.
      const tasks = rows.map(({ id = '' }) => JSON.parse(String(bodyOf.get(id)?.['json'])) as TaskJson);
      return { tasks, total, page };
    },
  };
};
