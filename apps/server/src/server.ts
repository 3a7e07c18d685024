import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { type Engine, openEngine } from '@drt/engine';
import type { Logger } from 'pino';

import packageJson from '../package.json' with { type: 'json' };
import { type AppOptions, buildApp } from './app.ts';
import { type Config, ConfigError, databaseFile, engineOptions } from './config.ts';
import { openAwsRegions, openEngineRegion, type Regions } from './console-api/regions.ts';
import { holdDataDirectory } from './data-directory.ts';
import { type AccessKey, readAccessKeys } from './fsx/access-keys.ts';
import { signatureVerifier } from './fsx/signature.ts';
import { endWithoutDatabase } from './log.ts';
import { makeSample } from './sample.ts';
import { SAMPLE_BUCKET, startSandbox } from './sandbox.ts';
import { startWorkers } from './workers.ts';

/** A server that stops within 15 s: workers have most of it, to finish what is in flight. */
const WORKER_GRACE = 10_000;
const SANDBOX_GRACE = 1000;
const REQUEST_GRACE = 3000;

const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));

export interface RunningServer extends AsyncDisposable {
  /** The console and, by POST, the FSx endpoint. */
  readonly url: string;
  /** Absent for Amazon S3. */
  readonly s3Endpoint: string | undefined;
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is used by another program: set PORT to a free port, or to 0 for any',
  EACCES: 'may not be used by this user: set PORT to a port above 1023',
  EADDRNOTAVAIL: 'cannot be used, because this machine has no such address: set HOST to one that it has',
  ENOTFOUND: 'cannot be used, because that name is not known: set HOST to an address of this machine',
};

const listen = async ({ host, port }: Config, handler: RequestListener): Promise<Server> => {
  const server = createServer(
    {
      maxHeaderSize: 8192,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      // Longer than clients keep idle connections: one that we close just as it is used looks like a failure to them.
      keepAliveTimeout: 65_000,
      // How often Node looks for requests that exceed these times; by default only every 30 s.
      connectionsCheckingInterval: 2000,
    },
    handler,
  );
  server.maxConnections = 1024;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? LISTEN_ERRORS[String(error.code)] : undefined;
    throw reason ? new ConfigError([`Port ${port} of ${host} ${reason}.`]) : error;
  }
  return server;
};

/** Lets requests in flight end, for a while. */
const close = async (server: Server) => {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), REQUEST_GRACE);
  await closed;
  clearTimeout(cut);
};

/** The URL by which this machine reaches an address it listens on. */
const urlOf = (server: Server, host: string) => {
  // A server that listens on TCP has an AddressInfo; the other types are for pipes and closed servers.
  const { port } = server.address() as AddressInfo;
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`;
};

const beforeReady: RequestListener = (_request, response) => {
  response.writeHead(503, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store', 'Retry-After': '1' });
  response.end('The server is starting.\n');
};

/** The console's way to FSx: back to ourselves, or to another one with the SDK's own credentials. */
const openRegions = (
  { fsx, region, s3 }: Config,
  url: string,
  keys: ReadonlyMap<string, AccessKey> | undefined,
  engine: Engine,
): Regions => {
  if (fsx.kind === 'aws') {
    const s3Endpoint = s3.kind === 'endpoint' ? s3.endpoint : undefined;
    return openAwsRegions({ first: region, offered: fsx.regions, fsxEndpoint: fsx.endpoint, s3Endpoint });
  }
  // Without keys the endpoint accepts any signature, but the SDK does not send a request without one.
  const anyone = { accessKeyId: 'console', secretAccessKey: 'console' };
  const admin = keys?.values().find((key) => key.role === 'admin');
  return openEngineRegion({ endpoint: url, region, credentials: admin ?? anyone }, engine);
};

const s3EndpointOf = ({ s3 }: Config, sandbox: string | undefined) => (s3.kind === 'endpoint' ? s3.endpoint : sandbox);

/** None where it is not the store; nor without workers to use it, if the console looks at another FSx too. */
const sandboxFor = async (config: Config, log: Logger) => {
  const { s3, fsx, workers } = config;
  const isUsed = fsx.kind === 'engine' || workers > 0;
  return s3.kind === 'sandbox' && isUsed ? startSandbox(config, s3.port, log) : undefined;
};

/** What another FSx has in S3 is not in our sandbox. */
const contextOf = ({ fsx, s3 }: Config, s3Endpoint: string | undefined): AppOptions['context'] => ({
  target: fsx.kind,
  ...(s3Endpoint && (fsx.kind === 'engine' || s3.kind === 'endpoint') ? { s3Endpoint } : {}),
  version: packageJson.version,
});

/**
 * Starts everything: listener, sandbox, engine, workers, sample.
 * @param stopping cuts the making of the sample short; whoever aborts it disposes of the server then.
 * @throws ConfigError with a sentence for what the user can mend, such as a port in use; DatabaseFailure likewise.
 */
export const startServer = async (config: Config, log: Logger, stopping: AbortSignal): Promise<RunningServer> => {
  const keys = config.accessKeysFile ? readAccessKeys(config.accessKeysFile) : undefined;
  let ready = false;
  let handler = beforeReady;

  await using starting = new AsyncDisposableStack();
  // First, so that a second server on the same port ends before it touches anything of the first.
  const server = await listen(config, (request, response) => handler(request, response));
  starting.defer(() => server.closeAllConnections());
  const url = urlOf(server, config.host);
  starting.use(holdDataDirectory(config.dataDirectory));
  const isNew = !existsSync(databaseFile(config));

  const sandbox = await sandboxFor(config, log);
  starting.defer(() => sandbox?.stop(SANDBOX_GRACE));
  const s3Endpoint = s3EndpointOf(config, sandbox?.url);
  const database = { check: true, onBroken: endWithoutDatabase(log) };
  const engine = starting.use(await openEngine({ ...engineOptions(config, s3Endpoint, database), log }));
  // Whatever a former server's workers had in hand: they are gone.
  await engine.handBack();

  const regions = starting.use(openRegions(config, url, keys, engine));
  const closing = new AbortController();
  handler = buildApp({
    engine,
    regions,
    verifier: keys && signatureVerifier(keys, { region: config.region }),
    host: config.host,
    context: contextOf(config, s3Endpoint),
    console: CONSOLE,
    isReady: () => ready,
    closing: closing.signal,
    log,
  });
  const workers = startWorkers({ count: config.workers, sandbox: sandbox?.url, engine, log });
  starting.defer(async () => {
    ready = false;
    closing.abort();
    await Promise.all([close(server), workers.stop(WORKER_GRACE)]);
  });

  if (isNew && sandbox && config.sample && config.fsx.kind === 'engine') {
    const { dataDirectory } = config;
    const made = makeSample({ engine, dataDirectory, bucket: SAMPLE_BUCKET, signal: stopping });
    // A full disk, say. The server is of use without it.
    await made.catch((error: unknown) => log.error({ err: error }, 'the sample could not be made'));
  }
  ready = true;

  // From here on the caller owns what was started.
  const started = starting.move();
  return { url, s3Endpoint, [Symbol.asyncDispose]: () => started.disposeAsync() };
};
