/** A POSIX shell script that takes the first steps with the AWS CLI. */

export interface FirstSteps {
  readonly region: string;
  /** Of an FSx that is not Amazon's own. */
  readonly endpoint?: string | undefined;
  /** What is there already. */
  readonly fileSystemId?: string | undefined;
  readonly associationId?: string | undefined;
}

/** What the user replaces. */
const REPOSITORY = 's3://your-bucket/your-prefix/';

const createFileSystem = (isAws: boolean) => {
  const subnet = isAws ? 'subnet-your-subnet' : 'subnet-00000000';
  return [
    `fs=$(fsx create-file-system --file-system-type LUSTRE --storage-capacity 1200 --subnet-ids ${subnet} \\`,
    '  --lustre-configuration DeploymentType=PERSISTENT_2,PerUnitStorageThroughput=125 \\',
    '  --query FileSystem.FileSystemId --output text)',
    'until [ "$(fsx describe-file-systems --file-system-ids "$fs" --query "FileSystems[0].Lifecycle" --output text)" = AVAILABLE ]; do sleep 2; done',
  ];
};

const createAssociation = [
  'dra=$(fsx create-data-repository-association --file-system-id "$fs" --file-system-path / \\',
  `  --data-repository-path ${REPOSITORY} --query Association.AssociationId --output text)`,
];

const createTask = [
  'until [ "$(fsx describe-data-repository-associations --association-ids "$dra" --query "Associations[0].Lifecycle" --output text)" = AVAILABLE ]; do sleep 2; done',
  'fsx create-data-repository-task --type EXPORT_TO_REPOSITORY --file-system-id "$fs" --report Enabled=false',
];

/** What is left to do, one step after the other. */
export const firstStepsScript = ({ region, endpoint, fileSystemId, associationId }: FirstSteps): string => {
  const where = endpoint ? `--endpoint-url ${endpoint} --region ${region}` : `--region ${region}`;
  return [
    `fsx() { aws fsx ${where} "$@"; }`,
    ...(fileSystemId ? [`fs=${fileSystemId}`] : createFileSystem(endpoint === undefined)),
    ...(associationId ? [`dra=${associationId}`] : createAssociation),
    ...createTask,
  ].join('\n');
};
