import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { type DataRepositoryTask, MAX_PATHS_IN_FORMS } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import { useHasEngine } from '../api/engine.ts';
import { hasCode } from '../api/errors.ts';
import { useFsxMutation } from '../api/fsx.ts';
import { useRequestToken } from '../api/request-token.ts';
import { associationsQuery } from '../associations/queries.ts';
import { FileSystemField } from '../file-systems/file-system-field.tsx';
import { paths } from '../paths.ts';
import { useCameFrom, useGo, useUnsavedChanges } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { ResourceForm } from '../shell/resource-form.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { TagFields } from '../tags/tag-fields.tsx';
import { findExactCopy } from './exact-copy.ts';
import { PathListField } from './path-list-field.tsx';
import { activeTasksQuery } from './queries.ts';
import { ReportField } from './report-field.tsx';
import {
  type CreatableType,
  filledPaths,
  type FormErrors,
  pathLimitOf,
  refusedField,
  repositoriesOf,
  type TaskForm,
  toInput,
  validate,
} from './task-form.ts';
import { TaskRefusal } from './task-refusal.tsx';
import { watchTask } from './watched-tasks.ts';
import { lifecycleWord, typeWords } from './words.ts';

interface CreateTaskFormProps {
  readonly type: CreatableType;
  readonly title: string;
  readonly initial: TaskForm;
  /** The task whose settings fill the form. */
  readonly source: DataRepositoryTask | undefined;
  /** How the paths differ from those of `source`, as a sentence. */
  readonly pathsNote?: string | undefined;
  readonly fixedFileSystem: boolean;
}

const PATHS = {
  EXPORT_TO_REPOSITORY: {
    label: 'File system paths to export',
    description:
      'Relative to the mount point: path1 for /mnt/fsx/path1. Leave empty to export the whole file system. Wildcards are not supported.',
    placeholder: 'path1/file1',
  },
  IMPORT_METADATA_FROM_REPOSITORY: {
    label: 'Data repository paths to import',
    description:
      'S3 paths inside the linked repositories. Leave empty to import all of them. Files are added and updated; deletions are not imported.',
    placeholder: 's3://bucket/prefix',
  },
};

export const CreateTaskForm = (props: CreateTaskFormProps) => {
  const { type, title, initial, source, pathsNote, fixedFileSystem } = props;
  const task = useTaskForm(type, initial);
  const { form, change } = task;
  const origin = fixedFileSystem && !source ? paths.fileSystem(form.fileSystemId) : paths.tasks();
  const back = useCameFrom(origin);
  const create = useCreate(type, back);
  const errors = hasCode(create.error, 'BadRequest')
    ? { ...task.errors, ...refusedField(create.error.message) }
    : task.errors;
  useUnsavedChanges(task.dirty && !create.isSuccess);

  return (
    <ResourceForm
      header={<PageHeader title={title} />}
      submitText="Create"
      back={back}
      pending={create.isPending}
      error={create.error}
      onSubmit={() => {
        if (!task.check()) return false;
        create.submit(form);
        return true;
      }}
      command={{
        does: 'create this task',
        caveat: 'The command has no request token: each run creates a task, unless the same one is still running.',
        callsOf: () =>
          task.check() ? [{ operation: 'CreateDataRepositoryTask', input: toInput(type, form, '') }] : undefined,
      }}
      verdict={
        <Verdict type={type} form={form} error={create.error} onSubmit={(asNew) => create.submit(form, asNew)} />
      }
    >
      {source ? <SourceNote source={source} pathsNote={pathsNote} /> : null}
      <Container header={<Header variant="h2">Task details</Header>}>
        <SpaceBetween size="l">
          <FileSystemField
            fileSystemId={form.fileSystemId}
            // One that is gone can be exchanged for another.
            fixed={fixedFileSystem && !hasCode(create.error, 'FileSystemNotFound')}
            error={errors.fileSystemId}
            onChange={(fileSystemId) => change({ fileSystemId })}
          />
          <FormField label="Data repository task type">
            <Box>{typeWords(type).name}</Box>
          </FormField>
          <Repositories type={type} associations={task.associations} />
          <PathsField type={type} task={task} errors={errors} />
        </SpaceBetween>
      </Container>
      <ReportField
        type={type}
        form={form}
        repositories={repositoriesOf(task.associations ?? [])}
        error={errors.reportPath}
        onChange={change}
      />
      <NameAndTags form={form} errors={errors} onChange={change} />
      <Suspense fallback={<Spinner size="large" />}>
        <TaskPreview type={type} form={form} />
      </Suspense>
    </ResourceForm>
  );
};

// Both bring the table along, which the form itself does without.
const TaskPreview = lazy(async () => ({ default: (await import('./task-preview.tsx')).TaskPreview }));
const PathPicker = lazy(async () => ({ default: (await import('./path-picker.tsx')).PathPicker }));

interface PathsFieldProps {
  readonly type: CreatableType;
  readonly task: ReturnType<typeof useTaskForm>;
  readonly errors: FormErrors;
}

/** The paths, typed or chosen in the picker. */
const PathsField = ({ type, errors, task: { form, associations, change } }: PathsFieldProps) => {
  const [isBrowsing, setBrowsing] = useState(false);
  const hasEngine = useHasEngine();
  const cannotBrowse = hasEngine === false && type === 'EXPORT_TO_REPOSITORY';
  const canBrowse = hasEngine !== undefined && !cannotBrowse && associations && associations.length > 0;
  const filled = filledPaths(form);
  return (
    <>
      <PathListField
        {...PATHS[type]}
        paths={form.paths}
        errors={errors.paths}
        countError={errors.pathCount}
        onChange={(next) => change({ paths: next })}
        onBrowse={canBrowse ? () => setBrowsing(true) : undefined}
        browseHindrance={
          cannotBrowse
            ? 'Amazon FSx has no operation that lists the files of a file system: type their paths'
            : undefined
        }
      />
      {isBrowsing && canBrowse ? (
        <Suspense>
          <PathPicker
            type={type}
            fileSystemId={form.fileSystemId}
            associations={associations}
            room={MAX_PATHS_IN_FORMS - filled.length}
            onClose={() => setBrowsing(false)}
            onPick={(picked) => {
              change({ paths: [...new Set([...filled, ...picked])] });
              setBrowsing(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
};

interface NameAndTagsProps {
  readonly form: TaskForm;
  readonly errors: FormErrors;
  readonly onChange: (part: Partial<TaskForm>) => void;
}

const NameAndTags = ({ form, errors, onChange }: NameAndTagsProps) => (
  <Container header={<Header variant="h2">Task name and tags</Header>}>
    <SpaceBetween size="l">
      <FormField
        label={
          <>
            Task name <i>- optional</i>
          </>
        }
        description="Kept as the tag Name."
        errorText={errors.name}
      >
        <Input value={form.name} onChange={({ detail }) => onChange({ name: detail.value })} />
      </FormField>
      <TagFields
        tags={form.tags}
        errors={errors.tags}
        countError={errors.tagCount}
        others={form.name ? 1 : 0}
        onChange={(tags) => onChange({ tags })}
      />
    </SpaceBetween>
  </Container>
);

const NO_ERRORS: FormErrors = { paths: {} };

/** The values, what is wrong with them once the user has tried to submit, and the associations they refer to. */
const useTaskForm = (type: CreatableType, initial: TaskForm) => {
  const [start] = useState(initial);
  const [typed, setTyped] = useState(start);
  const [checked, setChecked] = useState(false);
  const { data: associations } = useQuery({
    ...associationsQuery(typed.fileSystemId),
    enabled: typed.fileSystemId !== '',
  });
  const repositories = repositoriesOf(associations ?? []);
  // Another file system has other repositories.
  const kept = repositories.includes(typed.reportRepository);
  const form = { ...typed, reportRepository: kept ? typed.reportRepository : (repositories[0] ?? '') };
  const limit = pathLimitOf(start);
  const errors = validate(type, form, associations ?? [], limit);
  return {
    form,
    dirty: JSON.stringify(typed) !== JSON.stringify(start),
    /** Undefined until they are known. */
    associations,
    errors: (checked && errors) || NO_ERRORS,
    change: (part: Partial<TaskForm>) => setTyped((now) => ({ ...now, ...part })),
    /** Shows the errors from now on; true when there are none. */
    check: () => {
      setChecked(true);
      return errors === undefined;
    },
  };
};

const CREATED = {
  EXPORT_TO_REPOSITORY: 'Export data repository task created',
  IMPORT_METADATA_FROM_REPOSITORY: 'Import data repository task created',
};

/** Sends the form. One token per form: a double click, or a retry after a lost answer, makes one task. */
const useCreate = (type: CreatableType, back: string) => {
  const tokenFor = useRequestToken();
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const mutation = useFsxMutation('CreateDataRepositoryTask', { invalidates: ['DescribeDataRepositoryTasks'] });

  const submit = (form: TaskForm, asNewRequest = false) => {
    mutation.mutate(toInput(type, form, tokenFor(asNewRequest)), {
      onSuccess: ({ DataRepositoryTask: task }) => {
        if (task) {
          watchTask(task.TaskId, { why: 'created' });
          notify({
            id: `task-${task.TaskId}`,
            type: 'success',
            header: CREATED[type],
            content: (
              <>
                <RouteLink inverted href={paths.task(task.TaskId)}>
                  {task.TaskId}
                </RouteLink>{' '}
                is in progress.
              </>
            ),
          });
        }
        goSaved(back);
      },
    });
  };
  return { submit, isPending: mutation.isPending, isSuccess: mutation.isSuccess, error: mutation.error };
};

interface SourceNoteProps {
  readonly source: DataRepositoryTask;
  readonly pathsNote: string | undefined;
}

const SourceNote = ({ source, pathsNote }: SourceNoteProps) => (
  <Alert type="info" statusIconAriaLabel="Info">
    The form has the settings of <RouteLink href={paths.task(source.TaskId)}>{source.TaskId}</RouteLink>. {pathsNote}{' '}
    Nothing is created until you choose Create.
  </Alert>
);

const CopyNote = ({ task }: { readonly task: DataRepositoryTask }) => (
  <Alert type="info" statusIconAriaLabel="Info" header="The same task is already running">
    <RouteLink href={paths.task(task.TaskId)}>{task.TaskId}</RouteLink> ({lifecycleWord(task.Lifecycle).toLowerCase()})
    has the same paths. The request is refused as long as that task runs, unless you change the paths.
  </Alert>
);

interface VerdictProps {
  readonly type: CreatableType;
  readonly form: TaskForm;
  readonly error: Error | null;
  readonly onSubmit: (asNewRequest: boolean) => void;
}

/** Above the buttons: why the task was not created, or, before it is tried, that it would be refused. */
const Verdict = ({ type, form, error, onSubmit }: VerdictProps) => {
  const { data: active = [] } = useQuery({
    ...activeTasksQuery(form.fileSystemId),
    enabled: form.fileSystemId !== '',
  });
  const copied = findExactCopy({ type, fileSystemId: form.fileSystemId, paths: filledPaths(form) }, active);
  if (error) {
    return (
      <TaskRefusal
        error={error}
        fileSystemId={form.fileSystemId}
        copiedId={copied?.TaskId}
        onRetry={() => onSubmit(false)}
        onNewRequest={() => onSubmit(true)}
      />
    );
  }
  return copied ? <CopyNote task={copied} /> : null;
};

interface RepositoriesProps {
  readonly type: CreatableType;
  /** Undefined until a file system is chosen and they are known. */
  readonly associations: readonly DataRepositoryAssociation[] | undefined;
}

const automaticExport = (association: DataRepositoryAssociation) =>
  (association.S3?.AutoExportPolicy?.Events ?? []).length > 0;

/** Which directory goes to which repository, and what is odd about that. */
const Repositories = ({ type, associations }: RepositoriesProps) => {
  const exports = type === 'EXPORT_TO_REPOSITORY';
  if (!associations) return null;
  if (associations.length === 0) {
    return (
      <Alert type="warning" statusIconAriaLabel="Warning" header="No linked data repository">
        This file system has no data repository association, so the request will be refused.
      </Alert>
    );
  }
  const automatic = associations.filter(automaticExport);
  return (
    <SpaceBetween size="s">
      <FormField label={exports ? 'Export destination' : 'Import source'}>
        {associations.map((each) => (
          <Box key={each.AssociationId}>
            {visibleText(
              exports
                ? `${each.FileSystemPath ?? '/'} to ${each.DataRepositoryPath ?? '-'}`
                : `${each.DataRepositoryPath ?? '-'} to ${each.FileSystemPath ?? '/'}`,
            )}
          </Box>
        ))}
      </FormField>
      {exports && automatic.length > 0 ? (
        <Alert type="warning" statusIconAriaLabel="Warning" header="Automatic export is on">
          {`${automatic.map((each) => each.AssociationId).join(', ')} exports changes by itself. Automatic export and export tasks cannot run at the same time.`}
        </Alert>
      ) : null}
    </SpaceBetween>
  );
};
