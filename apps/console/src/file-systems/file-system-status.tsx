import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { FileSystem, FileSystemLifecycle } from '@drt/contract/file-systems';

const STATUS: Record<FileSystemLifecycle, { readonly type: StatusIndicatorProps.Type; readonly word: string }> = {
  AVAILABLE: { type: 'success', word: 'Available' },
  CREATING: { type: 'in-progress', word: 'Creating' },
  FAILED: { type: 'error', word: 'Failed' },
  DELETING: { type: 'in-progress', word: 'Deleting' },
  MISCONFIGURED: { type: 'warning', word: 'Misconfigured' },
  UPDATING: { type: 'in-progress', word: 'Updating' },
  MISCONFIGURED_UNAVAILABLE: { type: 'error', word: 'Misconfigured, unavailable' },
};

export const FileSystemStatus = ({ lifecycle }: { readonly lifecycle: FileSystem['Lifecycle'] }) => {
  if (!lifecycle) return '-';
  // A lifecycle that FSx adds later still shows, as what it is called.
  const { type, word } = Object.hasOwn(STATUS, lifecycle)
    ? STATUS[lifecycle]
    : ({ type: 'info', word: lifecycle } as const);
  return <StatusIndicator type={type}>{word}</StatusIndicator>;
};
