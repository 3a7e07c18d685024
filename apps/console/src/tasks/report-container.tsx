import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { CliCommandButton } from '../shell/cli-command-button.tsx';
import { Copyable } from '../shell/copyable.tsx';
import { reportObject } from './report-location.ts';
import { isActive } from './words.ts';

interface ReportContainerProps {
  readonly task: DataRepositoryTask;
}

/** The completion report of a task: whether there is one, where, and how to fetch it. */
export const ReportContainer = ({ task }: ReportContainerProps) => {
  const object = objectOf(task);
  const isWritten = !isActive(task.Lifecycle) && (task.Status?.FailedCount ?? 0) > 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            object && isWritten ? (
              <CliCommandButton does="fetch this report" callsOf={() => [{ operation: 's3 cp', object }]} />
            ) : null
          }
        >
          Completion report
        </Header>
      }
    >
      <KeyValuePairs columns={4} items={object ? enabledItems(task, object) : DISABLED} />
    </Container>
  );
};

const objectOf = ({ Report, TaskId, Type }: DataRepositoryTask) =>
  Report?.Enabled && Report.Path ? reportObject(Report.Path, TaskId, Type) : undefined;

const DISABLED: KeyValuePairsProps['items'] = [{ label: 'Completion report', value: 'Disabled' }];

/** What is known of the object: FSx says of a report only where it is to go. */
const contentText = ({ Lifecycle, Status }: DataRepositoryTask) => {
  if (isActive(Lifecycle)) return 'Written when the task has ended';
  const failed = Status?.FailedCount ?? 0;
  if (failed === 0) return 'No failed files';
  return `${failed.toLocaleString('en')} failed ${failed === 1 ? 'file' : 'files'}`;
};

const enabledItems = (task: DataRepositoryTask, object: string): KeyValuePairsProps['items'] => {
  const { Scope, Format, Path } = task.Report ?? {};
  return [
    { label: 'Completion report', value: 'Enabled' },
    { label: 'Report scope', value: Scope === 'FAILED_FILES_ONLY' ? 'Failed files only' : (Scope ?? '-') },
    { label: 'Report format', value: Format ?? '-' },
    { label: 'Report content', value: contentText(task) },
    { label: 'Report path', value: <Copyable text={Path} name="Report path" /> },
    { label: 'Report object', value: <Copyable text={object} name="Report object" /> },
  ];
};
