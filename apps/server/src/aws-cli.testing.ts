import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

import { CLIENT } from './testing.ts';

/** The real AWS CLI, version 1 or 2, as a user has it on PATH. */
export interface AwsCli {
  /**
   * Runs `aws fsx <command>`, of which no word holds a space.
   * @returns what it prints, in the shape that the caller names; a test fails where it is another.
   */
  run<Answer = Readonly<Record<string, unknown>>>(command: string): Promise<Answer>;
  /** Runs a command that must be refused, and answers what the CLI says about it. */
  refusal(command: string): Promise<string>;
}

/** Whoever asks for it does without the tests that need the AWS CLI. */
export const withoutAwsCli = process.env['DRT_NO_AWSCLI'] === '1';

const checkInstalled = () => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
  } catch (error) {
    throw new Error(
      'The AWS CLI is not installed: run `apt-get install awscli` (or `pip install awscli`), or set DRT_NO_AWSCLI=1 to leave out its tests.',
      { cause: error },
    );
  }
};

const environment = ({ credentials }: typeof CLIENT) => ({
  PATH: process.env['PATH'],
  // No settings of the user's own.
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  // Paths and tags beyond ASCII.
  LC_ALL: 'C.UTF-8',
});

/**
 * Runs commands as somebody would who pastes them into a shell, with only credentials set.
 * @returns what they print, in the shape that the caller names.
 * @throws Error with an instruction when the AWS CLI is not there, or with what a command that fails says.
 */
export const runCommand = async <Answer = Readonly<Record<string, unknown>>>(command: string): Promise<Answer> => {
  checkInstalled();
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', command], { env: environment(CLIENT) });
  return (stdout === '' ? {} : JSON.parse(stdout)) as Answer; // A test fails where it is another.
};

/** @throws Error with an instruction when the AWS CLI is not there. */
export const awsCli = (url: string, client: typeof CLIENT = CLIENT): AwsCli => {
  checkInstalled();
  const { region } = client;
  const env = environment(client);
  const aws = async (command: string) => {
    const options = ['--endpoint-url', url, '--region', region, '--output', 'json'];
    const { stdout } = await promisify(execFile)('aws', [...options, 'fsx', ...command.split(' ')], { env });
    return stdout;
  };
  return {
    run: async <Answer>(command: string) => {
      const stdout = await aws(command);
      return (stdout === '' ? {} : JSON.parse(stdout)) as Answer; // See the interface.
    },
    refusal: async (command) => {
      try {
        await aws(command);
      } catch (error) {
        if (error instanceof Error && 'stderr' in error) return String(error.stderr).trim();
        throw error;
      }
      throw new Error(`aws fsx ${command} was not refused`);
    },
  };
};
