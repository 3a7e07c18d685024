import { setTimeout as delay } from 'node:timers/promises';

import { type Sandbox, type SandboxOptions, startSandbox } from './server.ts';

/** How long to wait for a port that a predecessor still holds, in milliseconds. */
const PATIENCE = 5000;

/**
 * The sandbox as a process of its own.
 *
 * Environment: SANDBOX_S3_DIRECTORY (required), SANDBOX_S3_PORT (default 9090, 0 = any), SANDBOX_S3_HOST (default
 * 127.0.0.1), SANDBOX_S3_BUCKETS (comma list, made at start), SANDBOX_S3_SENTINELS (`off`: no names misbehave).
 *
 * When it serves it says so: `{type: 'ready', url, port}` over IPC when a parent has opened a channel, and one line on
 * standard output. It ends with 0 on SIGTERM, SIGINT and when the parent goes; with 1 and one sentence when it cannot
 * start.
 */
async function main(): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
  const sandbox = await start(readOptions(process.env));
  process.stdout.write(`S3 sandbox: ${sandbox.url}\n`);
  if (process.connected) process.send?.({ type: 'ready', url: sandbox.url, port: sandbox.port });
  await stopped;
  await sandbox.close();
  process.exit(0);
}

function readOptions(env: NodeJS.ProcessEnv): SandboxOptions {
  const directory = env['SANDBOX_S3_DIRECTORY'];
  if (directory === undefined || directory === '') throw new Error('SANDBOX_S3_DIRECTORY must name a directory.');
  const port = Number(env['SANDBOX_S3_PORT'] ?? 9090);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SANDBOX_S3_PORT must be a port number.');
  const buckets = (env['SANDBOX_S3_BUCKETS'] ?? '').split(',').filter((name) => name !== '');
  const host = env['SANDBOX_S3_HOST'] ?? '127.0.0.1';
  return { directory, host, port, buckets, sentinels: env['SANDBOX_S3_SENTINELS'] !== 'off' };
}

/** A parent that was killed and started again at once finds the port of its former child still taken for a moment. */
async function start(options: SandboxOptions): Promise<Sandbox> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await startSandbox(options);
    } catch (error) {
      const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!inUse) throw error;
      if (Date.now() > deadline)
        throw new Error(`Port ${options.port} is in use: set SANDBOX_S3_PORT.`, { cause: error });
      await delay(50);
    }
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
