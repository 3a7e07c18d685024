import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { FSx } from '@aws-sdk/client-fsx';
import { type Sandbox, startSandbox } from '@drt/s3-sandbox';

import { startTestServer, temporaryFolder, type TestServer } from './testing.ts';

/**
 * An account of AWS, as far as one can be had offline: a second server of ours as FSx, which verifies signatures and
 * knows roles, and an S3 that verifies signatures. Its region is us-east-1; a signature for another one is refused.
 */

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The S3 knows the first one only. */
export const ADMIN: Key = { accessKeyId: 'AKIAADMIN0000000', secretAccessKey: 'secret-of-the-admin' };
export const VIEWER: Key = { accessKeyId: 'AKIAVIEWER000000', secretAccessKey: 'secret-of-the-viewer' };

export const BUCKET = 'account-bucket';

export interface AwsStandIn extends AsyncDisposable {
  readonly server: TestServer;
  readonly s3: Sandbox;
  /** FSx as an administrator of the account calls it. */
  readonly fsx: FSx;
  /** The settings of a server whose console looks at this account, with that key. */
  readonly settings: (key?: Partial<Key>) => Record<string, string>;
  /** A file system that is linked to `s3://account-bucket/<its ID>/`. */
  readonly makeFileSystem: () => Promise<{ readonly id: string; readonly associationId: string }>;
  /** Puts files into the directory of a file system. */
  readonly write: (id: string, files: Readonly<Record<string, string>>) => void;
  /** Resolves when the task has ended. */
  readonly ended: (taskId: string) => Promise<void>;
}

const POLL_MS = 200;

/** Asks FSx until the answer is there: it has no way to say so by itself. */
const until = async (isSo: () => Promise<boolean>) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => void isSo().then((so) => (so ? resolve() : setTimeout(look, POLL_MS)), reject);
  look();
  await promise;
};

export const startAwsStandIn = async (): Promise<AwsStandIn> => {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(temporaryFolder());
  const keysFile = join(folder.path, 'keys.json');
  const keys = [
    { ...ADMIN, role: 'admin' },
    { ...VIEWER, role: 'viewer' },
  ];
  writeFileSync(keysFile, JSON.stringify(keys), { mode: 0o600 });
  const s3 = starting.use(
    await startSandbox({ directory: join(folder.path, 'buckets'), buckets: [BUCKET], credentials: ADMIN }),
  );
  const environment = (key: Partial<Key>) => ({
    AWS_ENDPOINT_URL_S3: s3.url,
    ...(key.accessKeyId ? { AWS_ACCESS_KEY_ID: key.accessKeyId } : {}),
    ...(key.secretAccessKey ? { AWS_SECRET_ACCESS_KEY: key.secretAccessKey } : {}),
    // Or the SDK would look for the credentials of a virtual machine of Amazon's.
    AWS_EC2_METADATA_DISABLED: 'true',
    LOG_LEVEL: 'error',
  });
  const server = starting.use(
    await startTestServer({ ...environment(ADMIN), FSX_ACCESS_KEYS_FILE: keysFile, WORKERS: '1' }),
  );
  const fsx = new FSx({ region: 'us-east-1', endpoint: server.url, credentials: ADMIN });
  starting.defer(() => fsx.destroy());

  const started = starting.move();
  return {
    server,
    s3,
    fsx,
    settings: (key = ADMIN) => ({
      ...environment(key),
      // None unless they are asked for, where the console looks at AWS; a test server would ask for two.
      WORKERS: '',
      FSX_TARGET: 'aws',
      AWS_ENDPOINT_URL_FSX: server.url,
      FSX_REGIONS: 'us-east-1,eu-west-1',
    }),
    async makeFileSystem() {
      const { FileSystem } = await fsx.createFileSystem({
        FileSystemType: 'LUSTRE',
        StorageCapacity: 1200,
        SubnetIds: ['subnet-00000000'],
        LustreConfiguration: { DeploymentType: 'PERSISTENT_2' },
      });
      const id = FileSystem?.FileSystemId ?? '';
      const { Association } = await fsx.createDataRepositoryAssociation({
        FileSystemId: id,
        FileSystemPath: '/',
        DataRepositoryPath: `s3://${BUCKET}/${id}/`,
      });
      const associationId = Association?.AssociationId ?? '';
      await until(async () => {
        const asked = { AssociationIds: [associationId] };
        const { Associations } = await fsx.describeDataRepositoryAssociations(asked);
        return Associations?.[0]?.Lifecycle === 'AVAILABLE';
      });
      return { id, associationId };
    },
    write(id, files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(server.directoryOf(id), path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    },
    ended: (taskId) =>
      until(async () => {
        const { DataRepositoryTasks } = await fsx.describeDataRepositoryTasks({ TaskIds: [taskId] });
        return DataRepositoryTasks?.[0]?.EndTime !== undefined;
      }),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
};
