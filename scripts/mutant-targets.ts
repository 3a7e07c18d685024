/** Below packages/engine/src: what is mutated, and the tests that should notice, the quick ones first. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'commit and cancel': {
    'tasks/lifecycle.ts': ['tasks/fences', 'tasks/tasks', 'tasks/leftovers'],
    'tasks/cancel.ts': ['tasks/fences', 'tasks/tasks', 'tasks/leftovers'],
    'tasks/transfer.ts': ['tasks/persist', 'tasks/transfer', 'tasks/unreadable', 'tasks/export', 'tasks/import'],
    'tasks/sweep.ts': ['tasks/fences', 'tasks/batch', 'tasks/leftovers'],
    'tasks/finish.ts': ['tasks/fences', 'tasks/tasks', 'tasks/export', 'tasks/leftovers'],
    'tasks/progress.ts': ['tasks/fences', 'tasks/tasks', 'tasks/import', 'tasks/leftovers'],
    'tasks/flow.ts': ['tasks/flow', 'tasks/tasks', 'tasks/leftovers'],
    'tasks/batch.ts': ['tasks/batch', 'tasks/fences', 'tasks/tasks', 'tasks/import', 'tasks/leftovers'],
  },
  retry: {
    'jobs/local.ts': ['jobs/local', 'jobs/jobs', 'tasks/tasks'],
    's3/abandon.ts': ['s3/abandon'],
    's3/replace.ts': ['s3/replace'],
    's3/put.ts': ['s3/put', 's3/encrypted', 's3/multipart'],
    's3/retry.ts': ['s3/retry', 's3/put', 's3/multipart', 's3/credentials', 's3/wire'],
  },
  confinement: {
    'posix/names.ts': ['posix/names', 'posix/walk'],
    'posix/beneath.ts': ['posix/confinement', 'posix/tree'],
    'posix/write.ts': ['posix/writers', 'posix/write', 'posix/confinement', 'posix/tree'],
    'posix/tree.ts': ['posix/writers', 'posix/tree', 'posix/write', 'posix/confinement'],
  },
};
