import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CreateDataRepositoryAssociationCommand, CreateFileSystemCommand, FSxClient } from '@aws-sdk/client-fsx';

import { CLIENT, startTestServer, temporaryFolder, type TestServer } from '../apps/server/src/testing.ts';
import { fillStore, type LinkedFileSystem } from './many-tasks.ts';

const SETTINGS = { WORKERS: '0', LOG_LEVEL: 'error' };
const FILE_SYSTEMS = 6;

const linkedFileSystem = async (fsx: FSxClient): Promise<LinkedFileSystem> => {
  const { FileSystem } = await fsx.send(
    new CreateFileSystemCommand({ FileSystemType: 'LUSTRE', StorageCapacity: 1200, SubnetIds: ['subnet-00000000'] }),
  );
  const id = FileSystem?.FileSystemId ?? '';
  const { Association } = await fsx.send(
    new CreateDataRepositoryAssociationCommand({
      FileSystemId: id,
      FileSystemPath: '/',
      DataRepositoryPath: `s3://fsx-sample/${id}/`,
    }),
  );
  return { id, associationId: Association?.AssociationId ?? '' };
};

/** Some file systems in a new data directory; its server has stopped. */
const linkedFileSystems = async (
  dataDirectory: string,
): Promise<readonly [LinkedFileSystem, ...LinkedFileSystem[]]> => {
  await using server = await startTestServer(SETTINGS, dataDirectory);
  const fsx = new FSxClient({ ...CLIENT, endpoint: server.url });
  const first = await linkedFileSystem(fsx);
  const more: LinkedFileSystem[] = [];
  while (more.length + 1 < FILE_SYSTEMS) more.push(await linkedFileSystem(fsx));
  fsx.destroy();
  return [first, ...more];
};

export interface FullServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly fileSystems: readonly LinkedFileSystem[];
}

/** The real server, without workers, on a store with so many tasks. */
export const startFullServer = async (count: number, active: number): Promise<FullServer> => {
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder());
  const fileSystems = await linkedFileSystems(folder.path);
  fillStore(join(folder.path, 'drt.sqlite'), fileSystems, { count, active });
  const server = started.use(await startTestServer(SETTINGS, folder.path));
  const kept = started.move();
  return { server, fileSystems, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

/** CPU time that a process has used, in ms: Linux counts in hundredths of a second. */
export const cpuMilliseconds = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may hold anything: state, ppid, ..., the 12th and 13th are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

/** Memory of a process, in MB. */
export const residentMegabytes = (pid: number) => {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1000);
};
