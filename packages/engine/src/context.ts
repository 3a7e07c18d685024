import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { arnOf, type ArnScope } from '@drt/contract/arn';

import type { Jobs } from './jobs/jobs.ts';
import { localJobs, monotonicMs } from './jobs/local.ts';
import { openS3, type S3 } from './s3/s3.ts';
import { migrate } from './store/migrate.ts';
import type { Sql } from './store/sql.ts';
import { openSqlite } from './store/sqlite.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EngineOptions {
  /** Path of the SQLite file, shared by the server and its workers. */
  readonly database: { readonly sqlite: string };
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

export async function openContext(options: EngineOptions): Promise<Context> {
  mkdirSync(dirname(options.database.sqlite), { recursive: true });
  const sql = openSqlite(options.database.sqlite);
  try {
    await migrate(sql);
  } catch (error) {
    await sql[Symbol.asyncDispose]();
    throw error;
  }
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
