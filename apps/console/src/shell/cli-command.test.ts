import { expect, test } from 'vitest';

import { cliCommand, quote } from './cli-command.ts';

const TARGET = { region: 'us-east-1' };

/** Of Node, which runs the tests; the console around here is typed for browsers. */
declare const process: {
  getBuiltinModule(name: 'node:child_process'): {
    execFileSync(file: string, argv: readonly string[], options: object): string;
  };
};

/** The arguments that a shell hands to `aws`. */
const argumentsOf = (command: string) => {
  // A function of that name takes the place of the program and writes what it got, each argument ended by NUL.
  const script = `aws() { printf '%s\\0' "$@"; }\n${command}\n`;
  const output = process.getBuiltinModule('node:child_process').execFileSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/nobody' },
  });
  return output.split('\0').slice(0, -1);
};

const HOSTILE = [
  "it's",
  '"$(touch /tmp/x)"',
  '`id`',
  '$HOME',
  '~',
  '*',
  'a\\nb',
  '\\',
  '; rm -rf .',
  '!!',
  '#',
  '-x',
  '',
  'é\u202E',
  'a\nb',
  "'''",
];

test.each(HOSTILE)('the shell hands over %j as it is', (text) => {
  expect(argumentsOf(`aws ${quote(text)}`)).toEqual([text]);
});

test('a cancel names the task, the region and an endpoint that is not Amazon’s', () => {
  const target = { region: 'eu-west-1', endpoint: 'http://127.0.0.1:8080' };
  expect(
    argumentsOf(
      cliCommand({ operation: 'CancelDataRepositoryTask', input: { TaskId: 'task-0123456789abcdef0' } }, target),
    ),
  ).toEqual([
    'fsx',
    'cancel-data-repository-task',
    '--task-id',
    'task-0123456789abcdef0',
    '--region',
    'eu-west-1',
    '--endpoint-url',
    'http://127.0.0.1:8080',
  ]);
});

test('a create hands over every path and tag exactly', () => {
  const Paths = HOSTILE.filter((each) => !each.includes('\n'));
  const Tags = [{ Key: 'Name', Value: "it's nightly" }];
  const Report = {
    Enabled: true,
    Path: 's3://b/a b',
    Format: 'REPORT_CSV_20191124',
    Scope: 'FAILED_FILES_ONLY',
  } as const;
  const argv = argumentsOf(
    cliCommand(
      {
        operation: 'CreateDataRepositoryTask',
        input: {
          Type: 'EXPORT_TO_REPOSITORY',
          FileSystemId: 'fs-0123456789abcdef0',
          Paths,
          Report,
          Tags,
          ClientRequestToken: 't',
        },
      },
      TARGET,
    ),
  );
  const valueOf = (option: string) => argv[argv.indexOf(option) + 1] ?? '';
  expect(argv.slice(0, 4)).toEqual(['fsx', 'create-data-repository-task', '--type', 'EXPORT_TO_REPOSITORY']);
  expect(JSON.parse(valueOf('--paths'))).toEqual(Paths);
  expect(valueOf('--paths')).toMatch(/^[ -~]*$/);
  expect(JSON.parse(valueOf('--tags'))).toEqual(Tags);
  expect(JSON.parse(valueOf('--report'))).toEqual(Report);
  expect(argv).not.toContain('--client-request-token');
});

test('a member becomes the option that the CLI calls it, and a flag where it is true or false', () => {
  const argv = argumentsOf(
    cliCommand(
      {
        operation: 'CreateDataRepositoryAssociation',
        input: {
          FileSystemId: 'fs-0123456789abcdef0',
          FileSystemPath: "/it's",
          DataRepositoryPath: 's3://bucket/a b/',
          BatchImportMetaDataOnCreate: false,
          S3: { AutoImportPolicy: { Events: ['NEW'] } },
          ClientRequestToken: 't',
        },
      },
      TARGET,
    ),
  );
  expect(argv).toEqual([
    'fsx',
    'create-data-repository-association',
    '--file-system-id',
    'fs-0123456789abcdef0',
    '--file-system-path',
    "/it's",
    '--data-repository-path',
    's3://bucket/a b/',
    '--no-batch-import-meta-data-on-create',
    '--s3',
    '{"AutoImportPolicy":{"Events":["NEW"]}}',
    '--region',
    'us-east-1',
  ]);
  const arn = 'arn:aws:fsx:us-east-1:123456789012:task/task-0123456789abcdef0';
  const untag = cliCommand({ operation: 'UntagResource', input: { ResourceARN: arn, TagKeys: ['a'] } }, TARGET);
  expect(argumentsOf(untag).slice(1, 6)).toEqual(['untag-resource', '--resource-arn', arn, '--tag-keys', '["a"]']);
});

test('an object is fetched from the S3 that the tasks use', () => {
  const target = { ...TARGET, endpoint: 'http://127.0.0.1:8080', s3Endpoint: 'http://127.0.0.1:9090' };
  expect(argumentsOf(cliCommand({ operation: 's3 cp', object: 's3://b/a b/failures.csv' }, target))).toEqual([
    's3',
    'cp',
    's3://b/a b/failures.csv',
    '.',
    '--region',
    'us-east-1',
    '--endpoint-url',
    'http://127.0.0.1:9090',
  ]);
});
