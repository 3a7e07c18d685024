import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { EVENT_TYPES, type EventType } from '@drt/contract/associations';
import { useQuery } from '@tanstack/react-query';

import { contextQuery } from '../api/fsx.ts';
import type { Policies } from './association-form.ts';

interface PolicyFieldsProps {
  readonly policies: Policies;
  readonly onChange: (policies: Policies) => void;
}

/** Which changes are imported and exported automatically. */
export const PolicyFields = ({ policies, onChange }: PolicyFieldsProps) => {
  const { data: context } = useQuery(contextQuery);
  return (
    <SpaceBetween size="l">
      {context?.target === 'engine' ? (
        <Alert type="info" statusIconAriaLabel="Info">
          This server keeps the import and export settings, but does not import or export by itself. Create tasks to
          move files.
        </Alert>
      ) : null}
      <EventsField
        title="Import settings"
        description="Changes in the data repository that update the file system."
        noun="Import"
        descriptions={IMPORTS}
        events={policies.importEvents}
        onChange={(importEvents) => onChange({ ...policies, importEvents })}
      />
      <EventsField
        title="Export settings"
        description="Changes in the file system that update the data repository."
        noun="Export"
        descriptions={EXPORTS}
        events={policies.exportEvents}
        onChange={(exportEvents) => onChange({ ...policies, exportEvents })}
      />
    </SpaceBetween>
  );
};

type Descriptions = Readonly<Record<EventType, string>>;

const WORDS: Descriptions = { NEW: 'New', CHANGED: 'Changed', DELETED: 'Deleted' };

const IMPORTS: Descriptions = {
  NEW: 'Metadata of objects that are added to the data repository.',
  CHANGED: 'Metadata and content of files whose objects change.',
  DELETED: 'Files whose objects are deleted are deleted too.',
};

const EXPORTS: Descriptions = {
  NEW: 'Files, directories and symlinks that are added to the file system.',
  CHANGED: 'Content and metadata of files that change.',
  DELETED: 'Objects whose files are deleted are deleted too.',
};

interface EventsFieldProps {
  readonly title: string;
  readonly description: string;
  readonly noun: string;
  readonly descriptions: Descriptions;
  readonly events: readonly EventType[];
  readonly onChange: (events: readonly EventType[]) => void;
}

const EventsField = ({ title, description, noun, descriptions, events, onChange }: EventsFieldProps) => {
  const none = events.length === 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={description}
          actions={
            <Button
              formAction="none"
              ariaLabel={`${none ? 'Select' : 'Deselect'} all ${title.toLowerCase()}`}
              onClick={() => onChange(none ? EVENT_TYPES : [])}
            >
              {none ? 'Select all' : 'Deselect all'}
            </Button>
          }
        >
          {title}{' '}
          <Box variant="span" color="text-body-secondary">
            <i>- optional</i>
          </Box>
        </Header>
      }
    >
      <FormField label={`${noun} policy`}>
        <SpaceBetween size="xs">
          {EVENT_TYPES.map((event) => (
            <Checkbox
              key={event}
              checked={events.includes(event)}
              description={descriptions[event]}
              onChange={({ detail }) =>
                // In the order of the API, whatever the order of the clicks.
                onChange(EVENT_TYPES.filter((each) => (each === event ? detail.checked : events.includes(each))))
              }
            >
              {WORDS[event]}
            </Checkbox>
          ))}
        </SpaceBetween>
      </FormField>
    </Container>
  );
};
