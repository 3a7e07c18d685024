import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RADOSGW_DEVIATIONS } from './radosgw-deviations.ts';
import { s3Contract } from './s3.contract.ts';
import { startSandbox } from './server.ts';

s3Contract('sandbox', async () => {
  const directory = await mkdtemp(join(tmpdir(), 's3-sandbox-'));
  const credentials = { accessKeyId: 'SANDBOX', secretAccessKey: 'a-secret-of-the-tests' };
  const sandbox = await startSandbox({ directory, credentials });
  const cleanup = async () => {
    await sandbox.close();
    await rm(directory, { recursive: true });
  };
  return { endpoint: sandbox.url, region: 'us-east-1', credentials, cleanup };
});

// A store of one's own: S3_CONTRACT_ENDPOINT and the AWS variables. `npm run test:s3` sets them for radosgw.
const { S3_CONTRACT_ENDPOINT: endpoint, S3_CONTRACT_STORE: store } = process.env;
if (endpoint !== undefined) {
  const open = () =>
    Promise.resolve({
      endpoint,
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      credentials: {
        accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
      cleanup: () => Promise.resolve(),
    });
  s3Contract(store ?? endpoint, open, store === 'radosgw' ? RADOSGW_DEVIATIONS : {});
}
