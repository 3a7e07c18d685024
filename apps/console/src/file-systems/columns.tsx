import type { FileSystem } from '@drt/contract/file-systems';

import { paths } from '../paths.ts';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTime } from '../shell/time.ts';
import { visibleText } from '../shell/visible-text.ts';
import type { ResourceColumn } from '../table/column.tsx';
import { FileSystemStatus } from './file-system-status.tsx';
import { fileSystemName } from './queries.ts';

const TYPES: Readonly<Record<string, string>> = {
  LUSTRE: 'Lustre',
  WINDOWS: 'Windows',
  ONTAP: 'ONTAP',
  OPENZFS: 'OpenZFS',
};

/** `SCRATCH_2` as `Scratch 2`. */
export const deploymentWords = (type: string | undefined) =>
  type ? type.charAt(0) + type.slice(1).toLowerCase().replace('_', ' ') : '-';

export const typeWord = ({ FileSystemType: type }: FileSystem) => (type ? (TYPES[type] ?? type) : '-');

const STORAGE: Readonly<Record<string, string>> = {
  SSD: 'SSD',
  HDD: 'HDD',
  INTELLIGENT_TIERING: 'Intelligent-Tiering',
};

export const storageWords = ({ StorageType: type }: FileSystem) => (type ? (STORAGE[type] ?? type) : '-');

/** A file system as a row: with what is counted elsewhere. */
export interface FileSystemRow extends FileSystem {
  /** Undefined while it is not known. */
  readonly linkedRepositories: number | undefined;
  /** Tasks that run or wait. */
  readonly activeTasks: number | undefined;
}

export const FILE_SYSTEM_COLUMNS: readonly ResourceColumn<FileSystemRow>[] = [
  {
    id: 'name',
    header: 'File system name',
    width: 180,
    cell: (each) => {
      const name = fileSystemName(each);
      return name && each.FileSystemId ? (
        <RouteLink href={paths.fileSystem(each.FileSystemId)}>{visibleText(name)}</RouteLink>
      ) : (
        '-'
      );
    },
    sortBy: fileSystemName,
  },
  {
    id: 'id',
    header: 'File system ID',
    width: 215,
    isRowHeader: true,
    cell: ({ FileSystemId = '' }) => <RouteLink href={paths.fileSystem(FileSystemId)}>{FileSystemId}</RouteLink>,
    sortBy: (each) => each.FileSystemId,
  },
  {
    id: 'status',
    header: 'Status',
    width: 140,
    cell: (each) => <FileSystemStatus lifecycle={each.Lifecycle} />,
    sortBy: (each) => each.Lifecycle,
  },
  {
    id: 'type',
    header: 'Type',
    width: 110,
    hidden: true,
    cell: (each) => typeWord(each),
    sortBy: (each) => each.FileSystemType,
  },
  {
    id: 'deployment',
    header: 'Deployment type',
    width: 180,
    cell: (each) => deploymentWords(each.LustreConfiguration?.DeploymentType),
    sortBy: (each) => each.LustreConfiguration?.DeploymentType,
  },
  {
    id: 'storage',
    header: 'Storage type',
    width: 150,
    hidden: true,
    cell: (each) => storageWords(each),
    sortBy: (each) => each.StorageType,
  },
  {
    id: 'capacity',
    header: 'Storage capacity (GiB)',
    width: 210,
    align: 'right',
    cell: ({ StorageCapacity }) => StorageCapacity?.toLocaleString('en') ?? '-',
    sortBy: (each) => each.StorageCapacity,
  },
  {
    id: 'linked',
    header: 'Linked repositories',
    width: 190,
    align: 'right',
    cell: ({ linkedRepositories }) => linkedRepositories ?? '-',
    sortBy: (each) => each.linkedRepositories,
  },
  {
    id: 'active',
    header: 'Active tasks',
    width: 140,
    align: 'right',
    cell: ({ activeTasks, FileSystemId = '' }) =>
      activeTasks ? (
        <RouteLink href={paths.fileSystem(FileSystemId, 'monitoring')}>{activeTasks.toLocaleString('en')}</RouteLink>
      ) : (
        (activeTasks ?? '-')
      ),
    sortBy: (each) => each.activeTasks,
  },
  {
    id: 'created',
    header: 'Creation time',
    isTime: true,
    width: 260,
    cell: ({ CreationTime }) => (CreationTime ? formatTime(CreationTime) : '-'),
    sortBy: (each) => each.CreationTime?.getTime(),
  },
];
