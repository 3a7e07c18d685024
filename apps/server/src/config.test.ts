import { describe, expect, test } from 'vitest';

import { ConfigError, readConfig } from './config.ts';

const sentencesOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.sentences;
    throw error;
  }
};

describe('settings', () => {
  test('have the documented defaults', () => {
    expect(readConfig({})).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      dataDirectory: `${process.cwd()}/data`,
      s3: { kind: 'sandbox', port: 9090 },
      fsx: { kind: 'engine' },
      region: 'us-east-1',
      account: '123456789012',
      fileSystemRoots: [],
      sample: true,
    });
    expect(readConfig({}).workers).toBeGreaterThan(0);
    expect(readConfig({ WORKERS: '' }).workers).toBe(readConfig({}).workers);
  });

  test('are read from the documented variables', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '::1',
      DATA_DIR: '/srv/drt/',
      WORKERS: '0',
      AWS_REGION: 'eu-central-1',
      ACCOUNT_ID: '000000000001',
      FILE_SYSTEM_ROOTS: '/mnt/a:/mnt/b/',
      SAMPLE: 'off',
      AWS_ENDPOINT_URL_S3: 'https://store.example:8443',
      AWS_ENDPOINT_URL_FSX: 'https://fsx.example',
      LOG_LEVEL: 'debug',
    });
    expect(config).toEqual({
      port: 0,
      host: '::1',
      dataDirectory: '/srv/drt',
      workers: 0,
      s3: { kind: 'endpoint', endpoint: 'https://store.example:8443' },
      region: 'eu-central-1',
      account: '000000000001',
      fileSystemRoots: ['/mnt/a', '/mnt/b'],
      sample: false,
      fsx: { kind: 'aws', endpoint: 'https://fsx.example', regions: ['eu-central-1'] },
      logLevel: 'debug',
    });
    expect(readConfig({ S3: 'aws' }).s3).toEqual({ kind: 'aws' });
    expect(readConfig({ SANDBOX_S3_PORT: '0' }).s3).toEqual({ kind: 'sandbox', port: 0 });
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['WORKERS', '1.5'],
    ['SANDBOX_S3_PORT', 'any'],
    ['HOST', 'a b'],
    ['AWS_ENDPOINT_URL_S3', 'localhost:9000'],
    ['AWS_ENDPOINT_URL_FSX', 'ftp://fsx'],
    ['S3', 'minio'],
    ['FSX_TARGET', 'azure'],
    ['SAMPLE', 'no'],
    ['FILE_SYSTEM_ROOTS', '/mnt:relative'],
    ['ACCOUNT_ID', '12345'],
    ['AWS_REGION', 'Europe'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'postgres://localhost/drt'],
  ])('%s=%s is refused in one sentence that names it', (name, value) => {
    const sentences = sentencesOf({ [name]: value });
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(new RegExp(`^${name}\\b.*\\.$`));
  });

  test('FSX_TARGET=aws means every region of Amazon FSx, without workers unless they are asked for', () => {
    const config = readConfig({ FSX_TARGET: 'aws', AWS_REGION: 'eu-west-1' });
    expect(config).toMatchObject({ region: 'eu-west-1', workers: 0, fsx: { kind: 'aws' } });
    expect(config.fsx).not.toHaveProperty('endpoint');
    expect(config.fsx).toMatchObject({ regions: expect.arrayContaining(['us-east-1', 'eu-west-1', 'ap-south-1']) });
    expect(readConfig({ FSX_TARGET: 'aws', AWS_DEFAULT_REGION: 'eu-west-3' }).region).toBe('eu-west-3');
    expect(readConfig({ FSX_TARGET: 'aws', WORKERS: '1' }).workers).toBe(1);
    const FSX_REGIONS = 'us-gov-west-1,us-gov-east-1';
    expect(readConfig({ FSX_TARGET: 'aws', AWS_REGION: 'us-gov-east-1', FSX_REGIONS }).fsx).toEqual({
      kind: 'aws',
      regions: ['us-gov-west-1', 'us-gov-east-1'],
    });
    expect(sentencesOf({ FSX_TARGET: 'aws', FSX_REGIONS: 'Europe' })).toEqual([
      'FSX_REGIONS must be regions separated by commas; "Europe" is none.',
    ]);
  });

  test('an endpoint of FSx says by itself which FSx is meant', () => {
    const amazons = readConfig({ AWS_ENDPOINT_URL_FSX: 'https://fsx.eu-north-1.amazonaws.com' });
    expect(amazons.region).toBe('eu-north-1');
    expect(amazons.fsx).not.toHaveProperty('endpoint');
    expect(amazons.fsx).toMatchObject({ kind: 'aws', regions: expect.arrayContaining(['eu-west-1', 'eu-north-1']) });

    const privateLink = 'https://vpce-1.fsx.eu-west-1.vpce.amazonaws.com';
    expect(readConfig({ AWS_ENDPOINT_URL_FSX: privateLink, AWS_REGION: 'eu-west-1' }).fsx).toEqual({
      kind: 'aws',
      endpoint: privateLink,
      regions: ['eu-west-1'],
    });
  });

  test('a shell whose AWS CLI is pointed at this server does not turn it away from itself', () => {
    const AWS_ENDPOINT_URL_FSX = 'http://localhost:8080';
    expect(readConfig({ AWS_ENDPOINT_URL_FSX }).fsx).toEqual({ kind: 'engine' });
    expect(readConfig({ AWS_ENDPOINT_URL_FSX, PORT: '8081' }).fsx).toMatchObject({ kind: 'aws' });
    expect(readConfig({ AWS_ENDPOINT_URL_FSX, PORT: '8081', FSX_TARGET: 'engine' }).fsx).toEqual({ kind: 'engine' });
  });

  test('are all judged at once', () => {
    expect(sentencesOf({ PORT: 'x', WORKERS: 'y', SAMPLE: 'z' })).toHaveLength(3);
  });

  test('S3=aws and another store contradict each other', () => {
    expect(sentencesOf({ S3: 'aws', AWS_ENDPOINT_URL_S3: 'http://store' })).toEqual([
      'S3=aws means Amazon S3 and AWS_ENDPOINT_URL_S3 names another store: set only one of them.',
    ]);
  });

  test('an address that the network reaches needs access keys', () => {
    expect(sentencesOf({ HOST: '0.0.0.0' })).toEqual([
      'HOST=0.0.0.0 opens the FSx endpoint to the network, where it needs access keys: set FSX_ACCESS_KEYS_FILE too.',
    ]);
    expect(sentencesOf({ HOST: '0.0.0.0', FSX_ACCESS_KEYS_FILE: '/etc/keys.json' })).toEqual([]);
    for (const HOST of ['localhost', '127.0.0.2', '::1']) expect(sentencesOf({ HOST })).toEqual([]);
  });
});
