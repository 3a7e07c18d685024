import { DatabaseFailure, openEngine } from '@drt/engine';

import { ConfigError, engineOptions, readConfig } from './config.ts';
import { beat } from './heartbeat.ts';
import { endWithoutDatabase, openLog } from './log.ts';

/**
 * A worker process: works jobs until SIGTERM or SIGINT, then finishes or hands back what it has in flight and exits 0.
 * The server starts some; `npm run worker` starts one by hand.
 */
const main = async () => {
  const config = readConfig();
  if (config.s3.kind === 'sandbox') {
    throw new ConfigError([
      'A worker started by hand needs AWS_ENDPOINT_URL_S3, or S3=aws: only the server has a sandbox.',
    ]);
  }
  const log = openLog('worker', config.logLevel);
  beat();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  // The server is gone without a word, killed most likely. What was in flight is another worker's now.
  process.on('disconnect', () => process.exit(1));

  const endpoint = config.s3.kind === 'endpoint' ? config.s3.endpoint : undefined;
  const database = { onBroken: endWithoutDatabase(log) };
  await using engine = await openEngine({ ...engineOptions(config, endpoint, database), log });
  process.send?.({ type: 'ready' });
  log.info({}, 'worker ready');
  await engine.work({ signal: stopping.signal });
  log.info({}, 'worker stopped');
};

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DatabaseFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
