import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { EngineOutput } from '@drt/contract/engine-api';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { callEngine } from '../api/engine.ts';
import { explainFailure } from '../api/errors.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../shell/copyable.tsx';
import { FailureAlert } from '../shell/failure.tsx';
import { useGo } from '../shell/leave-guard.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { codeHelp, isFailureCode } from './failure-codes.ts';
import { reportObject } from './report-location.ts';
import { failuresCsv } from './task-failures-csv.ts';
import { allFailures } from './task-failures-queries.ts';
import { count } from './task-work.ts';
import { isActive, typeWords } from './words.ts';

const PAGE_SIZE = 10;

interface TaskFailuresProps {
  readonly task: DataRepositoryTask;
  /** Asks again whenever it changes. */
  readonly failedCount: number;
}

type Answer = EngineOutput<'ListTaskFailures'>;
type Failure = Answer['Failures'][number];

const COLUMNS: TableProps.ColumnDefinition<Failure>[] = [
  {
    id: 'path',
    header: 'Path',
    cell: ({ Path }) => <Copyable text={Path} name="Path" />,
    isRowHeader: true,
    width: 360,
  },
  { id: 'code', header: 'Error code', cell: ({ Code }) => Code, width: 180 },
  { id: 'detail', header: 'Detail', cell: ({ Detail }) => visibleText(Detail) || '-', width: 520 },
];

/** The completion report on the page: what failed, why, and what to do about it. */
export const TaskFailures = ({ task, failedCount }: TaskFailuresProps) => {
  const [code, setCode] = useCode();
  // Where each page that was visited begins; the last one is shown.
  const [starts, setStarts] = useState<readonly string[]>(['']);
  const { data, error, isPlaceholderData, refetch } = useFailures(task.TaskId, code, starts.at(-1) ?? '', failedCount);

  const choose = (next: string) => {
    setCode(next);
    setStarts(['']);
  };
  const turn = (index: number) => {
    const last = data?.Failures.at(-1)?.Path;
    if (index <= starts.length) setStarts(starts.slice(0, index));
    else if (last !== undefined && !isPlaceholderData) setStarts([...starts, last]);
  };
  return (
    <Table
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${count(failedCount)})`}
          description={placeNote(task)}
          actions={<FailureActions task={task} code={code} unread={error !== null} />}
        >
          Files that failed
        </Header>
      }
      ariaLabels={{ tableLabel: 'Files that failed' }}
      items={data?.Failures ?? []}
      trackBy="Path"
      columnDefinitions={COLUMNS}
      resizableColumns
      wrapLines
      enableKeyboardNavigation
      loading={!data && !error}
      loadingText="Loading failed files"
      filter={
        <SpaceBetween size="s">
          <Truncated task={task} answer={data} />
          <Codes codes={data?.Codes ?? []} failedCount={failedCount} code={code} onChoose={choose} />
        </SpaceBetween>
      }
      pagination={
        <Pagination
          currentPageIndex={starts.length}
          pagesCount={starts.length + (data?.More ? 1 : 0)}
          openEnd={data?.More ?? false}
          onChange={({ detail }) => turn(detail.currentPageIndex)}
        />
      }
      empty={<NoRows error={error} onRetry={() => void refetch()} />}
    />
  );
};

/** The code that is filtered by, in the URL so that it can be sent to somebody. '' = all codes. */
const useCode = () => {
  const [query, setQuery] = useSearchParams();
  const asked = query.get('code') ?? '';
  const choose = (code: string) =>
    setQuery(
      (now) => {
        if (code) now.set('code', code);
        else now.delete('code');
        return now;
      },
      { replace: true },
    );
  return [isFailureCode(asked) ? asked : '', choose] as const;
};

interface NoRowsProps {
  readonly error: Error | null;
  readonly onRetry: () => void;
}

const NoRows = ({ error, onRetry }: NoRowsProps) =>
  error ? <FailureAlert error={error} onRetry={onRetry} /> : <Box>No failed files with this code.</Box>;

const placeNote = ({ Report }: DataRepositoryTask) =>
  Report?.Enabled ? undefined : 'The task has no completion report, so they are listed here only.';

const useFailures = (taskId: string, code: string, after: string, failedCount: number) => {
  const input = {
    TaskId: taskId,
    MaxResults: PAGE_SIZE,
    ...(isFailureCode(code) ? { Code: code } : {}),
    ...(after ? { After: after } : {}),
  };
  return useQuery({
    queryKey: ['ListTaskFailures', input, failedCount] as const,
    queryFn: ({ signal }) => callEngine('ListTaskFailures', input, signal),
    placeholderData: keepPreviousData,
    // While files fail there is a new key each second.
    gcTime: 10_000,
  });
};

interface TruncatedProps {
  readonly task: DataRepositoryTask;
  readonly answer: Answer | undefined;
}

/** Real FSx has put all of the report into S3; here is as much as can be looked through at once. */
const Truncated = ({ task: { Report, TaskId, Type }, answer }: TruncatedProps) =>
  answer?.Truncated ? (
    <Alert type="info" statusIconAriaLabel="Info" header="The completion report is too large to be shown whole">
      <SpaceBetween size="xxs">
        <Box>Only its first part is listed, counted by code and downloaded here. All of it is in Amazon S3:</Box>
        <Copyable text={Report?.Path && reportObject(Report.Path, TaskId, Type)} name="Report object" />
      </SpaceBetween>
    </Alert>
  ) : null;

interface CodesProps {
  readonly codes: Answer['Codes'];
  readonly failedCount: number;
  readonly code: string;
  readonly onChoose: (code: string) => void;
}

/** The filter, and what the codes in sight mean. */
const Codes = ({ codes, failedCount, code, onChoose }: CodesProps) => {
  const options = [
    { value: '', label: `All codes (${count(failedCount)})` },
    ...codes
      .filter((each) => isFailureCode(each.Code))
      .map((each) => ({ value: each.Code, label: `${each.Code} (${count(each.Count)})` })),
  ];
  // An address can name a code that none of the files has.
  const chosen = options.find(({ value }) => value === code) ?? { value: code, label: `${code} (0)` };
  const explained = codes.filter((each) => code === '' || each.Code === code);
  return (
    <SpaceBetween size="s">
      <FormField label="Error code">
        <Select
          selectedOption={chosen}
          options={options}
          onChange={({ detail }) => onChoose(detail.selectedOption.value ?? '')}
        />
      </FormField>
      {explained.map(({ Code, Count }) => {
        const { meaning, remedy } = codeHelp(Code);
        return (
          <div key={Code}>
            <Box variant="strong">{`${Code} (${count(Count)})`}</Box>
            <Box>{meaning}</Box>
            <Box color="text-body-secondary">{`What to do: ${remedy}`}</Box>
          </div>
        );
      })}
    </SpaceBetween>
  );
};

interface FailureActionsProps {
  readonly task: DataRepositoryTask;
  /** '' = all codes. */
  readonly code: string;
  /** Which files failed could not be found out. */
  readonly unread: boolean;
}

const retryHindrance = ({ Type, Lifecycle }: DataRepositoryTask, unread: boolean) => {
  const { kind } = typeWords(Type);
  if (kind !== 'export' && kind !== 'import') return 'A task of this type cannot be created here';
  if (unread) return 'The list of the files that failed could not be read';
  return isActive(Lifecycle) ? 'The task has not ended yet' : undefined;
};

const FailureActions = ({ task, code, unread }: FailureActionsProps) => {
  const { go } = useGo();
  const download = useDownload(task.TaskId, code);
  const { kind } = typeWords(task.Type);
  const hindrance = retryHindrance(task, unread);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      {download.error ? <StatusIndicator type="error">{explainFailure(download.error).header}</StatusIndicator> : null}
      <Button iconName="download" loading={download.isPending} onClick={() => download.mutate()}>
        Download CSV
      </Button>
      <Button
        disabled={hindrance !== undefined}
        disabledReason={hindrance}
        onClick={() => kind && go(paths.createTask(kind, { duplicate: task.TaskId, retry: code || 'all' }))}
      >
        {code ? 'Retry files with this code' : 'Retry failed files'}
      </Button>
    </SpaceBetween>
  );
};

/** Hands the rows of the report to the browser as a file: all of them, or those with the code. */
const useDownload = (taskId: string, code: string) =>
  useMutation({
    mutationFn: async () => {
      const parts: string[] = [];
      for await (const { Failures } of allFailures(taskId, isFailureCode(code) ? code : undefined)) {
        parts.push(failuresCsv(Failures));
      }
      saveFile(new Blob(parts, { type: 'text/csv' }), `${taskId}-${code || 'failures'}.csv`);
    },
  });

const saveFile = (content: Blob, name: string) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};
