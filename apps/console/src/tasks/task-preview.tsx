import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { callEngine, useHasEngine } from '../api/engine.ts';
import { Copyable } from '../shell/copyable.tsx';
import { FailureAlert } from '../shell/failure.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { bytesText } from './bytes-text.ts';
import { type CreatableType, filledPaths, type TaskForm } from './task-form.ts';

interface TaskPreviewProps {
  readonly type: CreatableType;
  readonly form: TaskForm;
}

type Question = EngineInput<'PreviewTask'>;
type Preview = EngineOutput<'PreviewTask'>;

/** One preview at a time, which can be stopped and ends with the page. */
const usePreview = () => {
  const control = useRef(new AbortController());
  const { mutate, ...preview } = useMutation({
    mutationFn: (input: Question) => callEngine('PreviewTask', input, control.current.signal),
  });
  useEffect(() => () => control.current.abort(), []);
  const isStopped = preview.error?.name === 'AbortError';
  return {
    asked: preview.variables,
    data: preview.data,
    error: isStopped ? null : preview.error,
    isPending: preview.isPending,
    isStopped,
    start: (input: Question) => {
      control.current = new AbortController();
      mutate(input);
    },
    stop: () => control.current.abort(),
  };
};

const hindrance = ({ fileSystemId }: TaskForm, hasEngine: boolean | undefined) => {
  if (hasEngine === false) return 'Real FSx cannot tell in advance what a task will do.';
  return fileSystemId === '' ? 'Choose a file system first' : undefined;
};

/** Shows what the task would act on if it were created now. Creates nothing. */
export const TaskPreview = ({ type, form }: TaskPreviewProps) => {
  const hasEngine = useHasEngine();
  const asked = { Type: type, FileSystemId: form.fileSystemId, Paths: filledPaths(form) };
  const preview = usePreview();
  const isStale = JSON.stringify(preview.asked) !== JSON.stringify(asked);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What the task would act on if it were created now. Nothing is created."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {preview.isPending ? (
                <Button formAction="none" onClick={preview.stop}>
                  Stop
                </Button>
              ) : null}
              <Button
                formAction="none"
                loading={preview.isPending}
                loadingText="Counting"
                disabled={form.fileSystemId === '' || hasEngine === false}
                disabledReason={hindrance(form, hasEngine)}
                onClick={() => preview.start(asked)}
              >
                Preview
              </Button>
            </SpaceBetween>
          }
        >
          Preview
        </Header>
      }
    >
      {preview.error && !isStale ? <FailureAlert error={preview.error} onRetry={() => preview.start(asked)} /> : null}
      {preview.isStopped ? <Box color="text-body-secondary">The preview was stopped.</Box> : null}
      {preview.data && !isStale ? <Result type={type} preview={preview.data} /> : null}
      {preview.data && isStale && !preview.isPending ? (
        <Box color="text-body-secondary">The paths have changed since the last preview.</Box>
      ) : null}
    </Container>
  );
};

const count = (value: number) => value.toLocaleString('en');

const Result = ({ type, preview }: { readonly type: CreatableType; readonly preview: Preview }) => {
  if (preview.Problem !== undefined) {
    return (
      <Alert type="error" statusIconAriaLabel="Error" header="The task would fail">
        {visibleText(preview.Problem)}
      </Alert>
    );
  }
  const verb = type === 'EXPORT_TO_REPOSITORY' ? 'export' : 'import';
  return (
    <SpaceBetween size="m">
      <LiveRegion>
        <KeyValuePairs
          columns={3}
          items={[
            { label: `Files to ${verb}`, value: atLeast(preview, count(preview.Entries)) },
            { label: 'Size', value: atLeast(preview, bytesText(preview.Bytes)) },
            { label: 'Looked at', value: atLeast(preview, count(preview.Scanned)) },
          ]}
        />
      </LiveRegion>
      {preview.Entries === 0 ? (
        <Box>{`Nothing is new or changed, so there is nothing to ${verb}.`}</Box>
      ) : (
        <ExpandableSection
          headerText={`The first ${count(preview.First.length)}`}
          defaultExpanded={preview.First.length <= 10}
        >
          <First preview={preview} />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
};

/** A preview that stopped counting knows only how many there are at least. */
const atLeast = ({ Complete }: Preview, text: string) => (Complete ? text : `At least ${text}`);

const First = ({ preview }: { readonly preview: Preview }) => (
  <Table
    variant="embedded"
    wrapLines
    items={preview.First}
    trackBy="Path"
    ariaLabels={{ tableLabel: 'First files of the preview' }}
    columnDefinitions={[
      {
        id: 'path',
        header: 'Path',
        isRowHeader: true,
        minWidth: 260,
        cell: ({ Path }) => <Copyable text={Path} name="Path" />,
      },
      { id: 'size', header: 'Size', width: 140, cell: ({ Size }) => bytesText(Size) },
      { id: 'failure', header: 'Would fail with', width: 240, cell: ({ Failure }) => Failure ?? '-' },
    ]}
  />
);
