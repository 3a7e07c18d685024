import { workerData } from 'node:worker_threads';

import { type EngineOptions, openEngine } from './engine.ts';

/** A worker in a thread of its own, with its own connections: it can be ended in the middle of anything. */
const { options, worker } = workerData as { options: Omit<EngineOptions, 'log'>; worker: string }; // See world.testing.ts.

const quiet = () => undefined;
const engine = await openEngine({ ...options, log: { info: quiet, warn: quiet, error: quiet } });
await engine.work({ signal: new AbortController().signal, worker });
