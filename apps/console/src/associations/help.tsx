import { HelpTopic } from '../shell/help-topic.tsx';

const PATHS = [
  { term: 'File system path', means: 'A directory of the file system, beginning with a slash: /project.' },
  { term: 'Data repository path', means: 'A bucket or prefix in S3: s3://bucket/prefix/. It holds what is exported.' },
];

const POLICIES = [
  {
    term: 'Import settings',
    means: 'Which events in S3 the file system should follow by itself: new, changed, deleted objects.',
  },
  { term: 'Export settings', means: 'Which events of files should be written to S3 without a task.' },
];

const KEPT = 'This server keeps and shows these settings, and follows none of them: data moves with tasks.';
const FIXED = 'The two paths cannot be changed later. Delete the association and make another instead.';

export const AssociationHelp = () => (
  <HelpTopic
    title="Data repository association"
    terms={[
      ...PATHS,
      ...POLICIES,
      { term: 'Available', means: 'Ready for tasks.' },
      { term: 'Misconfigured', means: 'The repository cannot be reached as it is. Import tasks may still work.' },
      { term: 'Failed', means: 'Could not be made or deleted; the page says why.' },
    ]}
    limits={[FIXED, 'Deleting an association keeps the objects in S3, and the files unless you ask to delete them.']}
    commands={['describe-data-repository-associations --association-ids dra-…']}
  >
    The link between a directory of a file system and a path in S3, and the tasks that used it.
  </HelpTopic>
);

export const CreateAssociationHelp = () => (
  <HelpTopic
    title="Link a data repository"
    terms={[...PATHS, ...POLICIES]}
    limits={[
      'A file system can have up to 8 associations. Neither their directories nor their S3 paths may overlap.',
      'The root directory (/) can only be linked as the first and only one.',
      FIXED,
      KEPT,
    ]}
    commands={[
      'create-data-repository-association --file-system-id fs-… --file-system-path /project --data-repository-path s3://bucket/prefix/',
    ]}
  >
    Links a directory to an S3 path, so that tasks can move data between the two. Nothing moves until a task does it.
  </HelpTopic>
);

export const UpdateAssociationHelp = () => (
  <HelpTopic
    title="Update an association"
    terms={POLICIES}
    limits={[FIXED, KEPT]}
    commands={['update-data-repository-association --association-id dra-… --s3 AutoImportPolicy={Events=[NEW]}']}
  >
    Changes the import and export settings of a link.
  </HelpTopic>
);
