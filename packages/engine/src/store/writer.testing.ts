import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { openEngine } from '../engine.ts';

/** A process that creates file systems until it is killed, and notes each in `acknowledged` when it was answered. */
const [directory = ''] = process.argv.slice(2);
const engine = await openEngine({
  database: { sqlite: join(directory, 'drt.sqlite') },
  dataDirectory: directory,
  fileSystemRoots: [],
  region: 'us-east-1',
  account: '123456789012',
  s3: { region: 'us-east-1' },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
});
for (;;) {
  const { FileSystem } = await engine.call('CreateFileSystem', {
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
    Tags: [{ Key: 'filling', Value: 'x'.repeat(200) }],
  });
  appendFileSync(join(directory, 'acknowledged'), `${FileSystem?.FileSystemId}\n`);
}
