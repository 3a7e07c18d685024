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
import type { EngineOutput } from '@drt/contract/engine-api';
import { useMutation } from '@tanstack/react-query';

import { callEngine, useHasEngine } from '../api/engine.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { bytesText } from './bytes-text.ts';
import { type CreatableType, filledPaths, type TaskForm } from './task-form.ts';

interface TaskPreviewProps {
  readonly type: CreatableType;
  readonly form: TaskForm;
}

type Preview = EngineOutput<'PreviewTask'>;

/** Shows what the task would act on if it were created now. Creates nothing. */
export const TaskPreview = ({ type, form }: TaskPreviewProps) => {
  const hasEngine = useHasEngine();
  const asked = { Type: type, FileSystemId: form.fileSystemId, Paths: filledPaths(form) };
  const preview = useMutation({ mutationFn: (input: typeof asked) => callEngine('PreviewTask', input) });
  const isStale = JSON.stringify(preview.variables) !== JSON.stringify(asked);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What the task would act on if it were created now. Nothing is created."
          actions={
            <Button
              formAction="none"
              loading={preview.isPending}
              disabled={form.fileSystemId === '' || hasEngine === false}
              {...(hasEngine === false
                ? { disabledReason: 'Real FSx cannot tell in advance what a task will do.' }
                : {})}
              onClick={() => preview.mutate(asked)}
            >
              Preview
            </Button>
          }
        >
          Preview
        </Header>
      }
    >
      {preview.error && !isStale ? <FailureAlert error={preview.error} /> : null}
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
        {preview.Problem}
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
      { id: 'path', header: 'Path', isRowHeader: true, cell: ({ Path }) => visibleText(Path) },
      { id: 'size', header: 'Size', width: 140, cell: ({ Size }) => bytesText(Size) },
      { id: 'failure', header: 'Would fail with', width: 240, cell: ({ Failure }) => Failure ?? '-' },
    ]}
  />
);
