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

/** @throws Error with an instruction when the AWS CLI is not there. */
export const awsCli = (url: string, { region, credentials }: typeof CLIENT = CLIENT): AwsCli => {
  checkInstalled();
  const env = {
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
  };
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
