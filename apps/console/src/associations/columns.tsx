import type { DataRepositoryAssociation, EventType } from '@drt/contract/associations';

import { paths } from '../paths.ts';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTime } from '../shell/time.ts';
import { visibleText } from '../shell/visible-text.ts';
import type { ResourceColumn } from '../table/column.tsx';
import { AssociationStatus } from './association-status.tsx';

/** `New, changed`; `Off` for a policy without events. */
export const policyWords = (policy: { readonly Events?: readonly EventType[] | undefined } | undefined) => {
  const words = (policy?.Events ?? []).join(', ').toLowerCase();
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : 'Off';
};

export const ASSOCIATION_COLUMNS: readonly ResourceColumn<DataRepositoryAssociation>[] = [
  {
    id: 'id',
    header: 'Association ID',
    width: 225,
    isRowHeader: true,
    cell: ({ AssociationId = '' }) => <RouteLink href={paths.association(AssociationId)}>{AssociationId}</RouteLink>,
    sortBy: (each) => each.AssociationId,
  },
  {
    id: 'status',
    header: 'Status',
    width: 175,
    cell: (each) => <AssociationStatus association={each} />,
    sortBy: (each) => each.Lifecycle,
  },
  {
    id: 'fileSystemPath',
    header: 'File system path',
    width: 170,
    cell: (each) => visibleText(each.FileSystemPath ?? '-'),
    sortBy: (each) => each.FileSystemPath,
  },
  {
    id: 'dataRepositoryPath',
    header: 'Data repository path',
    width: 280,
    cell: (each) => visibleText(each.DataRepositoryPath ?? '-'),
    sortBy: (each) => each.DataRepositoryPath,
  },
  { id: 'import', header: 'Import policy', width: 170, cell: (each) => policyWords(each.S3?.AutoImportPolicy) },
  { id: 'export', header: 'Export policy', width: 170, cell: (each) => policyWords(each.S3?.AutoExportPolicy) },
  {
    id: 'created',
    header: 'Creation time',
    isTime: true,
    width: 260,
    cell: ({ CreationTime }) => (CreationTime ? formatTime(CreationTime) : '-'),
    sortBy: (each) => each.CreationTime?.getTime(),
  },
];
