import { HelpTopic } from '../shell/help-topic.tsx';

const STATUSES = [
  { term: 'Creating', means: 'Not ready for use yet.' },
  { term: 'Available', means: 'Ready for links and tasks.' },
  { term: 'Deleting', means: 'Is being deleted with its associations.' },
  { term: 'Failed', means: 'Could not be created or is out of order; its page says why.' },
];

export const FileSystemListHelp = () => (
  <HelpTopic
    title="File systems"
    terms={[
      {
        term: 'File system',
        means: 'A directory tree that tasks read and write. On Amazon FSx it is a Lustre file system.',
      },
      { term: 'Linked repositories', means: 'How many of its directories are linked to an S3 path.' },
      ...STATUSES,
    ]}
    limits={['A file system with a task that waits or executes cannot be deleted.']}
    commands={['describe-file-systems']}
  >
    The file systems of the account. Open one to link it to S3 and to create tasks.
  </HelpTopic>
);

export const FileSystemHelp = () => (
  <HelpTopic
    title="File system"
    terms={[
      {
        term: 'Data repository association',
        means: 'A link between one directory of the file system and one S3 path. Tasks work along such links.',
      },
      { term: 'Data repository task', means: 'An export or import along these links, created from Actions.' },
      ...STATUSES,
    ]}
    limits={[
      'A file system can have up to 8 associations. Neither their directories nor their S3 paths may overlap.',
      'To export, select one association; to import, one or more.',
    ]}
    commands={[
      'describe-data-repository-associations --filters Name=file-system-id,Values=fs-…',
      'describe-data-repository-tasks --filters Name=file-system-id,Values=fs-…',
    ]}
  >
    One file system, the S3 paths it is linked to, its tasks and its tags.
  </HelpTopic>
);

export const CreateFileSystemHelp = () => (
  <HelpTopic
    title="Create file system"
    terms={[
      { term: 'Deployment type', means: 'Kept and shown. A Scratch 1 file system cannot be linked.' },
      {
        term: 'Adopt a directory',
        means: 'The file system is a directory of the server that is there already, such as a Lustre mount.',
      },
    ]}
    limits={[
      'A directory can be adopted when it is inside one that FILE_SYSTEM_ROOTS names at the start of the server.',
      'Deleting the file system leaves an adopted directory as it is.',
    ]}
    commands={[
      'create-file-system --file-system-type LUSTRE --storage-capacity 1200 --subnet-ids subnet-00000000 --tags Key=drt:root,Value=/mnt/lustre/project',
    ]}
  >
    Makes a file system of a new directory, or of one that is there. Link it to S3 next.
  </HelpTopic>
);
