import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { openSandbox, temporaryDirectory } from './testing.ts';

const run = promisify(execFile);

function hasCli(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const credentials = { accessKeyId: 'SANDBOX', secretAccessKey: 'a-secret-of-the-tests' };

/** The AWS CLI on a sandbox that verifies signatures, and a directory to work in. */
async function open() {
  const sandbox = await openSandbox({ credentials, buckets: ['data', 'other'] });
  const directory = temporaryDirectory();
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: join(directory, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const aws = async (...args: string[]) => {
    const { stdout } = await run('aws', ['--endpoint-url', sandbox.url, ...args], { env, cwd: directory });
    return stdout;
  };
  return { sandbox, directory, aws };
}

// Each call of the CLI takes a second or more.
describe.runIf(hasCli())('the AWS CLI', { timeout: 120_000 }, () => {
  it('synchronises both ways, lists and removes', async () => {
    const { sandbox, directory, aws } = await open();
    const tree = join(directory, 'tree');
    mkdirSync(join(tree, 'sub dir'), { recursive: true });
    writeFileSync(join(tree, 'a.txt'), 'first');
    writeFileSync(join(tree, 'sub dir', 'ü+%20 b.txt'), 'second');
    await aws('s3', 'sync', 'tree', 's3://data/in');
    expect(await aws('s3', 'ls', 's3://data/in/')).toMatch(/PRE sub dir\/\n.* 5 a\.txt\n/);

    sandbox.clearRequests();
    rmSync(join(tree, 'a.txt'));
    await aws('s3', 'sync', '--delete', 'tree', 's3://data/in');
    expect(sandbox.requests({ operation: 'PutObject' })).toEqual([]);
    await aws('s3', 'sync', 's3://data/in', 'back');
    const back = readdirSync(join(directory, 'back'), { recursive: true, encoding: 'utf8' });
    expect(new Set(back)).toEqual(new Set(['sub dir', join('sub dir', 'ü+%20 b.txt')]));
    expect(readFileSync(join(directory, 'back', 'sub dir', 'ü+%20 b.txt'), 'utf8')).toBe('second');

    await aws('s3', 'rm', '--recursive', 's3://data');
    expect(await aws('s3', 'ls', '--recursive', 's3://data')).toBe('');
  });

  it('moves large files in parts, there, across and back', async () => {
    const { sandbox, directory, aws } = await open();
    const bytes = randomBytes(20 * 2 ** 20);
    writeFileSync(join(directory, 'large'), bytes);
    await aws('s3', 'cp', '--quiet', 'large', 's3://data/large');
    await aws('s3', 'cp', '--quiet', 's3://data/large', 's3://other/large');
    await aws('s3', 'cp', '--quiet', 's3://other/large', 'back');
    expect(readFileSync(join(directory, 'back')).equals(bytes)).toBe(true);
    expect(sandbox.requests({ operation: 'UploadPart' })).toHaveLength(3);
    expect(sandbox.requests({ operation: 'UploadPartCopy' })).toHaveLength(3);
  });
});
