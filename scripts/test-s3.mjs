// npm run test:s3               the S3 contract suite against the sandbox and against Ceph's radosgw
// npm run test:s3 -- <filter>   other tests that read S3_CONTRACT_ENDPOINT
// node scripts/test-s3.mjs --serve   only brings radosgw up, for the product or any client to use
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';

import { ensureInstalled, startRadosgw } from './radosgw.mjs';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const CONTRACT = ['packages/s3-sandbox/src/sandbox.contract.test.ts', 'packages/engine/src/s3/stores.test.ts'];

const args = process.argv.slice(2);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  await ensureInstalled();
  const started = performance.now();
  const radosgw = await startRadosgw(stopping.signal);
  try {
    console.error(
      `radosgw serves at ${radosgw.endpoint} after ${((performance.now() - started) / 1000).toFixed(1)} s.`,
    );
    return args.includes('--serve') ? await serve(radosgw) : await test(radosgw);
  } finally {
    await radosgw.stop();
  }
}

/** Prints what a shell needs (`eval` takes it) and waits to be told to stop. */
async function serve({ endpoint, region, accessKeyId, secretAccessKey }) {
  console.log(`export AWS_ENDPOINT_URL_S3=${endpoint}`);
  console.log(`export AWS_REGION=${region}`);
  console.log(`export AWS_ACCESS_KEY_ID=${accessKeyId}`);
  console.log(`export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);
  console.error('Ctrl-C takes it down and forgets what it holds.');
  const keepAlive = setInterval(() => {}, 2 ** 30);
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  clearInterval(keepAlive);
  return 0;
}

async function test({ endpoint, region, accessKeyId, secretAccessKey }) {
  const env = {
    ...process.env,
    PATH: bin + delimiter + process.env['PATH'],
    S3_CONTRACT_ENDPOINT: endpoint,
    S3_CONTRACT_STORE: 'radosgw',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const filters = args.length > 0 ? args : CONTRACT;
  const child = spawn('vitest', ['run', ...filters], { cwd: root, stdio: 'inherit', env });
  const stop = () => child.kill('SIGTERM');
  if (stopping.signal.aborted) stop();
  else stopping.signal.addEventListener('abort', stop, { once: true });
  const [code] = await once(child, 'close');
  return code ?? 1;
}
