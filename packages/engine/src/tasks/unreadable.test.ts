import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Works as somebody who is not root: root reads everything. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return work();
  process.setegid?.(65534);
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

const report = (path: string) => ({
  Enabled: true,
  Path: path,
  Format: 'REPORT_CSV_20191124' as const,
  Scope: 'FAILED_FILES_ONLY' as const,
});

test('a file, a directory and a name that cannot be read fail as one entry each, and all else is exported', async () => {
  const { id, root } = await world.fileSystem();
  for (const directory of ['open', 'shut']) mkdirSync(join(root, directory));
  for (const file of ['open/fine', 'open/secret', 'shut/inside', 'z']) writeFileSync(join(root, file), file);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/open/bad`), Buffer.from([0xff])]), 'x');
  execFileSync('chmod', ['-R', 'a+rwX', world.directory]);
  execFileSync('chmod', ['000', join(root, 'shut'), join(root, 'open/secret')]);
  await world.link(id, 'bucket/unreadable');
  // What is loaded on first use is loaded now: nobody may not be able to read the checkout.
  await world.end((await world.create('export', id, { Paths: ['z'] })).TaskId);

  const task = await asNobody(async () =>
    world.end((await world.create('export', id, { Report: report('s3://bucket/unreadable') })).TaskId),
  );
  expect(task).toMatchObject({
    Lifecycle: 'FAILED',
    Status: { TotalCount: 5, SucceededCount: 2, FailedCount: 3 },
  });
  const { Body: body } = await world.s3.send(
    new GetObjectCommand({ Bucket: 'bucket', Key: `unreadable/${task.TaskId}/failures.csv` }),
  );
  expect(await body?.transformToString()).toBe(
    ['open//bad\\xff', 'open/secret', 'shut'].map((path) => `${path},failed,InternalError\r\n`).join(''),
  );
  execFileSync('chmod', ['755', join(root, 'shut')]);
});
