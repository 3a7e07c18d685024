import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { arnOf, type ArnScope } from '@drt/contract/arn';

import type { Jobs } from './jobs/jobs.ts';
import { localJobs, monotonicMs } from './jobs/local.ts';
import { openS3, type S3 } from './s3/s3.ts';
import { openingFailure } from './store/failure.ts';
import { migrate } from './store/migrate.ts';
import type { Sql } from './store/sql.ts';
import { checkSqlite, openSqlite } from './store/sqlite.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EngineOptions {
  readonly database: {
    /** Path of the SQLite file, shared by the server and its workers. */
    readonly sqlite: string;
    /** Whether the whole file is read for damage before it is used: one of those who share it does that. */
    readonly check?: boolean;
    /**
     * Told once when the database can be relied on no longer (the disk failed, the file is damaged). What was being
     * written counts as not written, and whoever opened the engine ends the process.
     */
    readonly onBroken?: (error: Error) => void;
  };
  /** File systems live in `<dataDirectory>/file-systems/<FileSystemId>`. Absolute. */
  readonly dataDirectory: string;
  /** Directories below which the tag `drt:root` of CreateFileSystem may adopt a directory. Absolute. */
  readonly fileSystemRoots: readonly string[];
  readonly region: string;
  /** Twelve digits, for ARNs and OwnerId. */
  readonly account: string;
  /** Where buckets are; without `endpoint` real AWS S3. Credentials come from the SDK's provider chain. */
  readonly s3: { readonly endpoint?: string; readonly region: string };
  readonly log: Log;
}

/** What operations and job handlers are given, and nothing else. */
export interface Context extends AsyncDisposable {
  readonly sql: Sql;
  readonly jobs: Jobs;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly settings: Pick<EngineOptions, 'dataDirectory' | 'fileSystemRoots' | 'region' | 'account'>;
  /** Only workers ask for it, so that a process that only answers the API opens no connection to a store. */
  readonly s3: () => S3;
  readonly arn: (resource: Parameters<typeof arnOf>[1]) => string;
}

/** @throws DatabaseFailure */
async function openDatabase({ database, dataDirectory }: EngineOptions): Promise<Sql> {
  const path = database.sqlite;
  mkdirSync(dirname(path), { recursive: true });
  if (database.check) checkSqlite(path, existsSync(join(dataDirectory, 'file-systems')));
  try {
    let isOpen = false;
    // What breaks before is told by throwing.
    const sql = openSqlite(path, (error) => isOpen && database.onBroken?.(error));
    try {
      await migrate(sql);
      // A write that changes nothing: a file that may only be read, or a full disk, is found now.
      if (database.check) await sql.transaction((tx) => tx.query('PRAGMA user_version = 0'));
    } catch (error) {
      await sql[Symbol.asyncDispose]();
      throw error;
    }
    isOpen = true;
    return sql;
  } catch (error) {
    throw openingFailure(path, error);
  }
}

export async function openContext(options: EngineOptions): Promise<Context> {
  const sql = await openDatabase(options);
  const scope: ArnScope = { region: options.region, account: options.account };
  const now = () => Date.now();
  let s3: S3 | undefined;
  return {
    sql,
    now,
    jobs: localJobs(sql, { now: monotonicMs }),
    log: options.log,
    settings: options,
    s3: () => (s3 ??= openS3(options.s3)),
    arn: (resource) => arnOf(scope, resource),
    [Symbol.asyncDispose]: async () => {
      await s3?.[Symbol.asyncDispose]();
      await sql[Symbol.asyncDispose]();
    },
  };
}
