import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

import type { EngineOptions } from '@drt/engine';

/**
 * The settings of the server and of a worker: every environment variable by name, checked, with its default. The rest
 * of the program never looks at the environment; what the AWS SDK reads there (credentials) stays the SDK's business.
 */
export interface Config {
  /** TCP port; 0 lets the system choose. */
  readonly port: number;
  /** Address or name to listen on. */
  readonly host: string;
  /** Absolute path; database, file systems and sandbox buckets live below it. */
  readonly dataDirectory: string;
  /** Number of worker processes; none by default where the console looks at another FSx. */
  readonly workers: number;
  readonly s3: S3Setting;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** Absolute directories below which the tag `drt:root` may adopt a directory. */
  readonly fileSystemRoots: readonly string[];
  /** Whether an empty data directory gets a sample. */
  readonly sample: boolean;
  /** JSON file of access keys; turns signature verification on. */
  readonly accessKeysFile?: string;
  readonly fsx: FsxSetting;
  readonly logLevel: LogLevel;
}

type S3Setting =
  /** Our sandbox, started by the server on this port (0: any). */
  | { readonly kind: 'sandbox'; readonly port: number }
  /** A store at this URL. */
  | { readonly kind: 'endpoint'; readonly endpoint: string }
  /** Amazon S3. */
  | { readonly kind: 'aws' };

/** The FSx that the console looks at. */
type FsxSetting =
  /** The endpoint of this server. */
  | { readonly kind: 'engine' }
  /** Amazon's, or another at this URL; and the regions that are offered, the one to begin with among them. */
  | { readonly kind: 'aws'; readonly endpoint?: string; readonly regions: readonly string[] };

/** The regions of the partition `aws` where FSx for Lustre is. */
const REGIONS = `
us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1
eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3
af-south-1 il-central-1 me-central-1 me-south-1 ap-east-1 ap-south-1 ap-south-2
ap-northeast-1 ap-northeast-2 ap-northeast-3
ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
`
  .trim()
  .split(/\s+/);

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** One sentence for each setting that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
/** Notes what is wrong with a setting; the reader goes on, so that one start shows every mistake. */
type Complain = (sentence: string) => void;

const integerOf = (environment: Environment, name: string, fallback: number, max: number, complain: Complain) => {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  if (/^\d{1,9}$/.test(text) && Number(text) <= max) return Number(text);
  complain(`${name} must be a whole number from 0 to ${max}, not "${text}".`);
  return fallback;
};

const urlOf = (environment: Environment, name: string, complain: Complain) => {
  const text = environment[name];
  if (!text) return undefined;
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    complain(`${name} must be an http:// or https:// URL, not "${text}".`);
  }
  return text;
};

/** A variable that only switches something: unset, or exactly this word. */
const switchOf = (environment: Environment, name: string, word: string, complain: Complain) => {
  const text = environment[name];
  if (text && text !== word) complain(`${name} must be "${word}" or unset, not "${text}".`);
  return text === word;
};

const s3Of = (environment: Environment, complain: Complain): S3Setting => {
  const endpoint = urlOf(environment, 'AWS_ENDPOINT_URL_S3', complain);
  const aws = switchOf(environment, 'S3', 'aws', complain);
  const port = integerOf(environment, 'SANDBOX_S3_PORT', 9090, 65535, complain);
  if (endpoint && aws) {
    complain('S3=aws means Amazon S3 and AWS_ENDPOINT_URL_S3 names another store: set only one of them.');
  }
  if (endpoint) return { kind: 'endpoint', endpoint };
  return aws ? { kind: 'aws' } : { kind: 'sandbox', port };
};

const rootsOf = (environment: Environment, complain: Complain) => {
  const roots = (environment['FILE_SYSTEM_ROOTS'] ?? '').split(':').filter((root) => root !== '');
  for (const root of roots) {
    if (!isAbsolute(root)) {
      complain(`FILE_SYSTEM_ROOTS must be absolute directories separated by colons; "${root}" is not absolute.`);
    }
  }
  return roots.map((root) => resolve(root));
};

const logLevelOf = (environment: Environment, complain: Complain): LogLevel => {
  const text = environment['LOG_LEVEL'];
  // At a terminal the printed URLs should stay in sight; in a log file every request is wanted.
  if (!text) return process.stderr.isTTY ? 'warn' : 'info';
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) complain(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${text}".`);
  return level ?? 'info';
};

const isRegion = (text: string) => /^[a-z0-9-]{1,32}$/.test(text);

/** @param names of variables, the first of which that is set counts */
const regionOf = (environment: Environment, names: readonly string[], complain: Complain) => {
  const name = names.find((each) => environment[each]);
  const region = (name && environment[name]) || 'us-east-1';
  if (!isRegion(region)) complain(`${name} must be a region such as us-east-1, not "${region}".`);
  return region;
};

/** The region whose public endpoint of Amazon's this is. The SDK knows those of all regions by itself. */
const regionOfEndpoint = (endpoint: string) =>
  /^fsx\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(new URL(endpoint).hostname)?.[1];

/** As whoever wants the AWS CLI to talk to this server sets it for the whole shell. */
const isThisServer = (endpoint: string, port: number) => {
  const { hostname, port: named } = new URL(endpoint);
  return isLoopback(hostname.replace(/^\[|\]$/g, '')) && Number(named) === port;
};

const regionsOf = (environment: Environment, fallback: readonly string[], first: string, complain: Complain) => {
  const named = (environment['FSX_REGIONS'] ?? '').split(',').filter((region) => region !== '');
  for (const region of named) {
    if (!isRegion(region)) complain(`FSX_REGIONS must be regions separated by commas; "${region}" is none.`);
  }
  const regions = named.length > 0 ? named : fallback;
  return regions.includes(first) ? regions : [first, ...regions];
};

const targetOf = (environment: Environment, complain: Complain) => {
  const target = environment['FSX_TARGET'] || undefined;
  if (target === 'aws' || target === 'engine' || target === undefined) return target;
  complain(`FSX_TARGET must be "aws", "engine" or unset, not "${target}".`);
  return undefined;
};

/** Which FSx, and the region to begin with. */
const fsxOf = (environment: Environment, port: number, complain: Complain): Pick<Config, 'fsx' | 'region'> => {
  const endpoint = urlOf(environment, 'AWS_ENDPOINT_URL_FSX', complain);
  const elsewhere = endpoint && URL.canParse(endpoint) && !isThisServer(endpoint, port) ? endpoint : undefined;
  const target = targetOf(environment, complain) ?? (elsewhere ? 'aws' : 'engine');
  if (target === 'engine') return { region: regionOf(environment, ['AWS_REGION'], complain), fsx: { kind: 'engine' } };
  const amazons = elsewhere && regionOfEndpoint(elsewhere);
  // The AWS CLI of the same shell may know it by another variable than the SDK.
  const first = amazons ?? regionOf(environment, ['AWS_REGION', 'AWS_DEFAULT_REGION'], complain);
  if (!elsewhere || amazons) {
    return { region: first, fsx: { kind: 'aws', regions: regionsOf(environment, REGIONS, first, complain) } };
  }
  // An endpoint that somebody runs is one region's, unless they say otherwise.
  const regions = regionsOf(environment, [first], first, complain);
  return { region: first, fsx: { kind: 'aws', endpoint: elsewhere, regions } };
};

const accountOf = (environment: Environment, complain: Complain) => {
  const account = environment['ACCOUNT_ID'] || '123456789012';
  if (!/^\d{12}$/.test(account)) complain(`ACCOUNT_ID must be 12 digits, not "${account}".`);
  return account;
};

const hostOf = (environment: Environment, accessKeysFile: string | undefined, complain: Complain) => {
  const host = environment['HOST'] || '127.0.0.1';
  if (isIP(host) === 0 && !/^[A-Za-z0-9.-]{1,253}$/.test(host)) {
    complain(`HOST must be an address or a name to listen on, not "${host}".`);
  } else if (!isLoopback(host) && !accessKeysFile) {
    complain(
      `HOST=${host} opens the FSx endpoint to the network, where it needs access keys: set FSX_ACCESS_KEYS_FILE too.`,
    );
  }
  return host;
};

/** Whether only programs on this machine reach an address. */
export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^(::ffff:)?127\./.test(host);

/** @throws ConfigError naming every variable that is wrong. */
export const readConfig = (environment: Environment = process.env): Config => {
  const sentences: string[] = [];
  const complain: Complain = (sentence) => sentences.push(sentence);

  if (environment['DATABASE_URL']) {
    complain('DATABASE_URL names a PostgreSQL, which is not served yet: unset it to use SQLite in DATA_DIR.');
  }
  const accessKeysFile = environment['FSX_ACCESS_KEYS_FILE'] || undefined;
  const port = integerOf(environment, 'PORT', 8080, 65535, complain);
  const { fsx, region } = fsxOf(environment, port, complain);
  // The engine's own tasks are beside the point where the console looks elsewhere.
  const workers = fsx.kind === 'aws' ? 0 : availableParallelism();
  const config: Config = {
    port,
    host: hostOf(environment, accessKeysFile, complain),
    dataDirectory: resolve(environment['DATA_DIR'] || 'data'),
    workers: integerOf(environment, 'WORKERS', workers, 256, complain),
    s3: s3Of(environment, complain),
    fsx,
    region,
    account: accountOf(environment, complain),
    fileSystemRoots: rootsOf(environment, complain),
    sample: !switchOf(environment, 'SAMPLE', 'off', complain),
    ...(accessKeysFile ? { accessKeysFile: resolve(accessKeysFile) } : {}),
    logLevel: logLevelOf(environment, complain),
  };
  if (sentences.length > 0) throw new ConfigError(sentences);
  return config;
};

/** The SQLite file; where it is absent, the data directory was never used. */
export const databaseFile = (config: Config) => join(config.dataDirectory, 'drt.sqlite');

/**
 * What the engine is told.
 * @param s3Endpoint URL of the store; Amazon S3 if absent.
 * @param database see there.
 */
export const engineOptions = (
  config: Config,
  s3Endpoint: string | undefined,
  database: Omit<EngineOptions['database'], 'sqlite'>,
): Omit<EngineOptions, 'log'> => ({
  database: { sqlite: databaseFile(config), ...database },
  dataDirectory: config.dataDirectory,
  fileSystemRoots: config.fileSystemRoots,
  region: config.region,
  account: config.account,
  s3: { region: config.region, ...(s3Endpoint ? { endpoint: s3Endpoint } : {}) },
});

/** The environment of the sandbox process. */
export const sandboxEnvironment = (config: Config, port: number, buckets: readonly string[]): Environment => ({
  ...process.env,
  SANDBOX_S3_PORT: String(port),
  SANDBOX_S3_DIRECTORY: join(config.dataDirectory, 'buckets'),
  SANDBOX_S3_BUCKETS: buckets.join(','),
});

/**
 * The environment of a worker process.
 * @param sandbox URL of the sandbox, if it is what the workers talk to. It takes any credentials, but the AWS SDK does
 *   not send a request without some.
 */
export const workerEnvironment = (sandbox: string | undefined): Environment => {
  if (!sandbox) return process.env;
  // A profile would win over the keys of the environment.
  const { AWS_PROFILE: _profile, S3: _s3, ...rest } = process.env;
  const keys = rest['AWS_ACCESS_KEY_ID'] ? {} : { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' };
  return { ...rest, ...keys, AWS_ENDPOINT_URL_S3: sandbox };
};
