import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { closeSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { describe, expect, test, vi } from 'vitest';

import { type Engine, openEngine } from '../engine.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite.ts';

const temporary = () => {
  const path = mkdtempSync(join(tmpdir(), 'drt-faults-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

const open = (directory: string): Promise<Engine> =>
  openEngine({
    database: { sqlite: join(directory, 'drt.sqlite'), check: true },
    dataDirectory: directory,
    fileSystemRoots: [],
    region: 'us-east-1',
    account: '123456789012',
    s3: { region: 'us-east-1' },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });

/** The ids of all file systems, over all pages. */
const fileSystemsOf = async (engine: Engine) => {
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const page = await engine.call('DescribeFileSystems', token === undefined ? {} : { NextToken: token });
    ids.push(...(page.FileSystems ?? []).map((each) => each.FileSystemId ?? ''));
    token = page.NextToken;
  } while (token !== undefined);
  return ids;
};

const create = (engine: Engine) =>
  engine.call('CreateFileSystem', {
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
  });

/** A data directory that was used: forty file systems in its database. */
const used = async (directory: string) => {
  await using engine = await open(directory);
  for (let n = 0; n < 40; n++) await create(engine);
};

const overwrite = (path: string, position: number, bytes: Buffer) => {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
};

describe('a damaged database is refused, named, and left as it is', () => {
  const pages = (path: string) => statSync(path).size / 4096;
  test.each<[string, (path: string) => void]>([
    ['a header that is not SQLite’s', (path) => overwrite(path, 0, Buffer.from('not a database'))],
    [
      'every page behind the first full of noise',
      (path) => overwrite(path, 4096, Buffer.alloc(4096 * (pages(path) - 1), 0xa5)),
    ],
    ['one page of the table full of zeros', (path) => overwrite(path, 4096, Buffer.alloc(4096))],
    ['a file cut short', (path) => truncateSync(path, 4096 * 5)],
    ['a file cut in the middle of a page', (path) => truncateSync(path, 4096 * 5 + 1000)],
    ['a file cut to nothing', (path) => truncateSync(path, 0)],
  ])('%s', async (_, damage) => {
    using folder = temporary();
    await used(folder.path);
    const path = join(folder.path, 'drt.sqlite');
    damage(path);
    const before = readFileSync(path);
    await expect(open(folder.path)).rejects.toMatchObject({
      name: 'DatabaseFailure',
      message: expect.stringMatching(
        `^The database ${path} is damaged \\(.+\\), and was left as it is: restore a backup of it, or move it away`,
      ),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  test('a database that was moved away is begun anew, since that was said to be the remedy', async () => {
    using folder = temporary();
    await used(folder.path);
    rmSync(join(folder.path, 'drt.sqlite'));
    await using engine = await open(folder.path);
    expect(await fileSystemsOf(engine)).toEqual([]);
  });
});

test('a log cut short is what a power cut leaves: what was whole in it is there, in order, and nothing else', async () => {
  using folder = temporary();
  const made: string[] = [];
  {
    await using engine = await open(folder.path);
    for (let n = 0; n < 40; n++) made.push((await create(engine)).FileSystem?.FileSystemId ?? '');
    // The image is taken before closing moves the log into the file.
    mkdirSync(join(folder.path, 'image'));
    for (const name of ['drt.sqlite', 'drt.sqlite-wal']) {
      copyFileSync(join(folder.path, name), join(folder.path, 'image', name));
    }
  }
  const log = join(folder.path, 'image/drt.sqlite-wal');
  const size = statSync(log).size;
  expect(size).toBeGreaterThan(100_000);
  truncateSync(log, Math.floor(size * 0.7) + 11);
  await using engine = await open(join(folder.path, 'image'));
  const found = await fileSystemsOf(engine);
  expect(found.length).toBeGreaterThan(10);
  expect(found.length).toBeLessThan(40);
  expect(found.toSorted()).toEqual(made.slice(0, found.length).toSorted());
});

test('damage that is met while running fails that call and every later one, and is told once', async () => {
  using folder = temporary();
  const path = join(folder.path, 'drt.sqlite');
  const told: Error[] = [];
  {
    await using sql = openSqlite(path);
    await migrate(sql);
    await sql.transaction(async (tx) => {
      for (let n = 0; n < 2000; n++) {
        await tx.query('INSERT INTO tags (resource_id, key, value) VALUES ($1, $2, $3)', [
          `r${n}`,
          'k',
          'v'.repeat(200),
        ]);
      }
    });
  }
  // Behind what is read when it is opened.
  const size = statSync(path).size;
  overwrite(path, size / 2, Buffer.alloc(size / 2, 0xa5));
  const sql = openSqlite(path, (error) => told.push(error));
  const update = () => sql.transaction((tx) => tx.query("UPDATE tags SET value = 'w'"));
  await expect(update()).rejects.toThrow(/malformed/);
  await expect(update()).rejects.toThrow(/malformed/);
  // Even what would not meet the damage.
  await expect(sql.query('SELECT 1')).rejects.toThrow(/malformed/);
  expect(told).toHaveLength(1);
  await sql[Symbol.asyncDispose]();
});

test('a full disk undoes the transaction, and the next one succeeds when there is space', async () => {
  using folder = temporary();
  const path = join(folder.path, 'drt.sqlite');
  const told: Error[] = [];
  await using sql = openSqlite(path, (error) => told.push(error));
  await sql.migrate('CREATE TABLE things (id bigint PRIMARY KEY, note text);');
  const add = (id: number) =>
    sql.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id, note) VALUES ($1, $2)', [id, 'small']);
      await tx.query('INSERT INTO things (id, note) VALUES ($1, $2)', [id + 1, 'x'.repeat(1_000_000)]);
    });
  const limit = (pages: number) => sql.transaction((tx) => tx.query(`PRAGMA max_page_count = ${pages}`));
  await limit(10);
  await expect(add(1)).rejects.toThrow('full');
  await expect(add(1)).rejects.toThrow('full');
  expect(await sql.query('SELECT id FROM things')).toEqual([]);
  await limit(100_000);
  await add(1);
  expect(await sql.query('SELECT id FROM things')).toHaveLength(2);
  expect(told).toEqual([]);
});

describe('locked by another process', () => {
  test('reads answer, a write waits without keeping anything else waiting, and then succeeds', async () => {
    using folder = temporary();
    await using engine = await open(folder.path);
    await create(engine);
    const other = new DatabaseSync(join(folder.path, 'drt.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    let isWritten = false;
    const writing = create(engine).then(() => (isWritten = true));
    for (let n = 0; n < 300; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      expect((await engine.call('DescribeFileSystems', {})).FileSystems).toHaveLength(1);
    }
    expect(isWritten).toBe(false);
    other.exec('COMMIT');
    await writing;
    expect(await fileSystemsOf(engine)).toHaveLength(2);
    other.close();
  });

  test('a reader that comes while another process recovers the log waits without keeping anything else waiting', async () => {
    using folder = temporary();
    const path = join(folder.path, 'drt.sqlite');
    await using sql = openSqlite(path);
    await sql.migrate('CREATE TABLE things (id bigint PRIMARY KEY);');
    const other = fork(fileURLToPath(new URL('recovery.testing.ts', import.meta.url)), [path], { execArgv: [] });
    const exited = once(other, 'exit');
    try {
      await once(other, 'message');
      let isRead = false;
      const reading = sql.query('SELECT id FROM things').then(() => (isRead = true));
      for (let n = 0; n < 300; n++) await new Promise((resolve) => setImmediate(resolve));
      expect(isRead).toBe(false);
      other.kill('SIGKILL');
      await reading;
    } finally {
      other.kill('SIGKILL');
      await exited;
    }
  });
});

/** Stops a process and waits until it stands still. */
const halt = async (pid: number) => {
  process.kill(pid, 'SIGSTOP');
  // `<pid> (<name>) <state> ...`
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) T /), { interval: 1 });
};

test('crash images: what a writer had acknowledged is in every copy that is taken while it writes', async () => {
  using folder = temporary();
  const writer = fork(fileURLToPath(new URL('writer.testing.ts', import.meta.url)), [folder.path], { execArgv: [] });
  const exited = once(writer, 'exit');
  // Forked, so it has one.
  const pid = writer.pid ?? 0;
  const acknowledgedIn = (directory: string) => {
    const file = join(directory, 'acknowledged');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  const images: string[] = [];
  try {
    for (let image = 1; image <= 8; image++) {
      await vi.waitFor(() => expect(acknowledgedIn(folder.path).length).toBeGreaterThan(image * 40), 20_000);
      await halt(pid);
      const directory = join(folder.path, `image-${image}`);
      mkdirSync(directory);
      for (const name of ['drt.sqlite', 'drt.sqlite-wal', 'acknowledged']) {
        copyFileSync(join(folder.path, name), join(directory, name));
      }
      images.push(directory);
      process.kill(pid, 'SIGCONT');
    }
  } finally {
    writer.kill('SIGKILL');
    await exited;
  }
  for (const directory of images) {
    await using engine = await open(directory);
    const found = await fileSystemsOf(engine);
    const acknowledged = acknowledgedIn(directory);
    expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
    // One more may have been written and not answered yet.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
  }
});
