import { once } from 'node:events';

import { DatabaseFailure } from '@drt/engine';

import { ConfigError, readConfig } from './config.ts';
import { openLog } from './log.ts';
import { startServer } from './server.ts';

/** Should anything hang that even SIGKILL of the children does not free. */
const LAST_RESORT = 14_000;

/** Aborted by the first signal to stop. Later ones change nothing: Ctrl-C under npm arrives twice. */
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.abort(signal));
// Whoever forked us is gone.
process.on('disconnect', () => stopping.abort('disconnect'));

const main = async () => {
  const config = readConfig();
  const log = openLog('server', config.logLevel);
  const server = await startServer(config, log, stopping.signal);
  const { url, s3Endpoint } = server;

  const s3 = s3Endpoint ?? 'Amazon S3';
  process.stdout.write(`Console: ${url}  FSx endpoint: ${url}  S3: ${s3}\n`);
  process.send?.({ type: 'ready', url, s3Endpoint });
  log.info({ url, s3Endpoint }, 'server ready');

  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  log.info({ signal: stopping.signal.reason }, 'server stopping');
  setTimeout(() => process.exit(1), LAST_RESORT).unref();
  await server[Symbol.asyncDispose]();
  log.info({}, 'server stopped');
};

/** What the user can mend, in words; undefined for a mistake of ours. */
const sentencesOf = (error: unknown): readonly string[] | undefined => {
  if (error instanceof ConfigError) return error.sentences;
  if (error instanceof DatabaseFailure) return [error.message];
  // Such as a data directory that may not be written.
  const isSystemError = error instanceof Error && 'syscall' in error;
  return isSystemError ? [`The server could not start: ${error.message}.`] : undefined;
};

try {
  await main();
  process.exit(0);
} catch (error) {
  const sentences = sentencesOf(error);
  if (!sentences) throw error;
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(1);
}
