import { HelpTopic } from '../shell/help-topic.tsx';

const STATUSES = [
  { term: 'Pending', means: 'Waits for its turn. A file system works on one task after the other.' },
  { term: 'Executing', means: 'Files are being processed.' },
  { term: 'Canceling', means: 'Files in transfer are finished; no further ones are begun.' },
  { term: 'Canceled', means: 'Stopped on request. What was done until then stays done.' },
  { term: 'Succeeded', means: 'Every file was processed, or there was nothing to do.' },
  { term: 'Failed', means: 'At least one file failed, or the task could not start. The other files were processed.' },
];

const TYPES = [
  {
    term: 'Export to repository',
    means: 'Writes files that are new or changed, with their POSIX metadata, to the linked S3 path.',
  },
  {
    term: 'Import from repository',
    means: 'Brings objects that are new or changed in the linked S3 path into the file system.',
  },
  {
    term: 'Release from file system',
    means: 'Frees the space of files that are exported already and were not used for some days.',
  },
];

const PATHS = 'A form takes up to 32 paths, the API up to 100. A duplicate keeps all paths of its source.';
const NO_DELETION = 'Tasks never delete: what is gone on one side stays on the other.';
const COPY = 'A task is refused while an exact copy of it runs: same type, same file system, same paths.';

export const TaskListHelp = () => (
  <HelpTopic
    title="Data repository tasks"
    terms={[...TYPES, ...STATUSES]}
    limits={[
      'The newest tasks come first. Filters, sort order and page are part of the address, so that a view can be shared.',
      'Tasks cannot be deleted. Those that ended stay in the list.',
    ]}
    commands={['describe-data-repository-tasks', 'cancel-data-repository-task --task-id task-…']}
  >
    A task moves data between a file system and the S3 paths that are linked to it, once and in the background. Here are
    all tasks of the account.
  </HelpTopic>
);

export const TaskHelp = () => (
  <HelpTopic
    title="Task"
    terms={[
      ...STATUSES,
      {
        term: 'Files',
        means: 'Files, directories and symlinks that are new or changed. The total is known once all were found.',
      },
      {
        term: 'Completion report',
        means: 'A CSV object in S3 that names every file that failed, with an error code.',
      },
    ]}
    limits={[
      'Pending and executing tasks can be canceled. Nothing that is done is undone.',
      'Duplicate opens the create page with the same settings; nothing is created until you choose Create.',
      'The report is written into its path as <TaskId>/failures.csv, for an import as <TaskId>/report.csv. Without failures there is none.',
    ]}
    commands={['describe-data-repository-tasks --task-ids task-…', 'cancel-data-repository-task --task-id task-…']}
  >
    What one task was asked to do, how far it is, and what went wrong with which file.
  </HelpTopic>
);

export const CreateExportHelp = () => (
  <HelpTopic
    title="Export"
    terms={[
      {
        term: 'Path',
        means:
          'A file or directory, relative to the mount point: dir1/file for /mnt/fsx/dir1/file. Without a path, everything is exported.',
      },
      { term: 'Completion report', means: 'Where in the linked S3 path the list of failed files is written.' },
      { term: 'Preview', means: 'Counts what the task would act on, without creating it.' },
    ]}
    limits={[
      PATHS,
      'Wildcards are not supported. A path that does not exist makes the task fail, not the form.',
      NO_DELETION,
      COPY,
      'On an association that exports automatically, the two can get into each other’s way.',
    ]}
    commands={[
      'create-data-repository-task --type EXPORT_TO_REPOSITORY --file-system-id fs-… --paths dir1 dir2/file --report Enabled=false',
    ]}
  >
    Writes the files of a file system that are new or changed since the last export or import to the linked S3 path.
  </HelpTopic>
);

export const CreateImportHelp = () => (
  <HelpTopic
    title="Import"
    terms={[
      {
        term: 'Path',
        means:
          'A bucket or prefix inside a linked repository: s3://bucket/prefix. Without a path, all of them are imported.',
      },
      { term: 'Completion report', means: 'Where in a linked S3 path the list of failed objects is written.' },
      { term: 'Preview', means: 'Counts what the task would act on, without creating it.' },
    ]}
    limits={[
      PATHS,
      'One task can import from several associations.',
      NO_DELETION,
      COPY,
      'Objects in the Glacier storage classes have to be restored in S3 first.',
    ]}
    commands={[
      'create-data-repository-task --type IMPORT_METADATA_FROM_REPOSITORY --file-system-id fs-… --paths s3://bucket/prefix --report Enabled=false',
    ]}
  >
    Brings objects of the linked S3 paths that are new or changed into the file system, with the POSIX metadata that an
    export wrote.
  </HelpTopic>
);

export const CreateReleaseHelp = () => (
  <HelpTopic title="Release" limits={[PATHS, 'Only files that are exported can be released.']}>
    Frees the space of files whose contents are in S3 already. Their names stay, and the contents come back when they
    are read.
  </HelpTopic>
);
