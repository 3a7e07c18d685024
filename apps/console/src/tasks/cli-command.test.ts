import type { TaskToken } from '@drt/contract/task-list';
import { expect, test } from 'vitest';

import { cancelCommand, createCommand, listCommand, quote } from './cli-command.ts';

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
  expect(argumentsOf(cancelCommand('task-0123456789abcdef0', target))).toEqual([
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
    createCommand(
      {
        Type: 'EXPORT_TO_REPOSITORY',
        FileSystemId: 'fs-0123456789abcdef0',
        Paths,
        Report,
        Tags,
        ClientRequestToken: 't',
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

const FAILED: TaskToken = { property: 'status', operator: '=', value: 'FAILED' };
const CANCELED: TaskToken = { property: 'status', operator: '=', value: 'CANCELED' };
const NAMED: TaskToken = { property: 'name', operator: ':', value: 'x' };
const NOT_MINE: TaskToken = { property: 'fileSystem', operator: '!=', value: 'fs-0123456789abcdef0' };

const listed = (operation: 'and' | 'or', tokens: TaskToken[]) => {
  const { command, left } = listCommand({ operation, tokens }, TARGET);
  const argv = argumentsOf(command);
  const at = argv.indexOf('--filters');
  return { filters: at < 0 ? [] : (JSON.parse(argv[at + 1] ?? '') as unknown), left };
};

test('a filter becomes what FSx can filter by, and the rest is told', () => {
  const failed = [{ Name: 'task-lifecycle', Values: ['FAILED'] }];
  expect(listed('and', [])).toEqual({ filters: [], left: [] });
  expect(listed('and', [FAILED, NAMED, NOT_MINE])).toEqual({ filters: failed, left: [NAMED, NOT_MINE] });
  expect(listed('and', [FAILED, CANCELED])).toEqual({ filters: failed, left: [CANCELED] });
  expect(listed('or', [FAILED])).toEqual({ filters: failed, left: [] });
  expect(listed('or', [FAILED, CANCELED])).toEqual({
    filters: [{ Name: 'task-lifecycle', Values: ['FAILED', 'CANCELED'] }],
    left: [],
  });
  // Tasks that only match the name would be missing, so nothing is filtered.
  expect(listed('or', [FAILED, NAMED])).toEqual({ filters: [], left: [FAILED, NAMED] });
});
