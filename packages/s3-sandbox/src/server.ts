import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { control, CONTROL_PATH } from './control.ts';
import { exchange, type Sandboxed, type Wire } from './exchange.ts';
import { type Fault, type FaultRule, Faults } from './faults/faults.ts';
import { SENTINELS } from './faults/sentinels.ts';
import { type RequestFilter, RequestLog, type RequestRecord } from './request-log.ts';
import { Store } from './store/store.ts';
import type { Credentials } from './wire/signature.ts';

export type { Fault, FaultAction, FaultMatch, FaultRule } from './faults/faults.ts';
export type { RequestFilter, RequestRecord } from './request-log.ts';
export type { Operation } from './wire/request.ts';

export interface SandboxOptions {
  /** Where the buckets are; made when it is not there. One sandbox at a time. */
  readonly directory: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Buckets to make when they are not there yet. */
  readonly buckets?: readonly string[];
  /** When given, requests must be signed with this key; else any signature is accepted, and none. */
  readonly credentials?: Credentials;
  /** Whether names such as `*.slow` misbehave (see sentinels.ts). Default true. */
  readonly sentinels?: boolean;
}

export interface WaitOptions {
  /** Default 1. */
  readonly count?: number;
  readonly signal?: AbortSignal;
}

/** A running S3 endpoint. */
export interface Sandbox extends AsyncDisposable {
  /** `http://127.0.0.1:9090`, for `--endpoint-url` and the like. */
  readonly url: string;
  readonly port: number;
  /** Makes requests that fit go wrong, until the fault is removed or used up. */
  addFault(rule: FaultRule): Fault;
  faults(): readonly Fault[];
  clearFaults(): void;
  /**
   * The requests since the start or the last clearing that fit, in the order in which they came. A request has ended here
   * before its client has read all of the answer. The last 50,000 are kept at least.
   */
  requests(filter?: RequestFilter): RequestRecord[];
  clearRequests(): void;
  /**
   * The first request for which the predicate is true, past or to come; it is asked when a request starts, is held, goes
   * on and ends. With `count`, the request that makes it so many. Rejects with the signal's reason.
   */
  waitForRequest(predicate: (record: RequestRecord) => boolean, options?: WaitOptions): Promise<RequestRecord>;
  /** Ends at once: what is in flight is cut off, nothing that was acknowledged is lost. */
  close(): Promise<void>;
}

/** Longer than the pause of any client that keeps its connections: closing first would look like a failure to it. */
const KEEP_ALIVE = 65_000;

/**
 * Starts an S3 endpoint over a directory.
 * @throws Error when the directory is in use by another sandbox, or the port by anyone
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, host = '127.0.0.1', port = 0, buckets = [], credentials, sentinels = true } = options;
  const store = await Store.open(directory);
  const log = new RequestLog();
  const faults = new Faults(sentinels ? SENTINELS : []);
  const running = new Set<Promise<void>>();
  const serve = listener({ store, faults, log, credentials }, isLoopback(host), running);
  // No time limit on a request: a slow upload is not a fault of its own.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, requestTimeout: 0 }, (message, response) =>
    serve({ message, response, awaitsContinue: false }),
  );
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) =>
    serve({ message, response, awaitsContinue: true }),
  );
  try {
    for (const bucket of buckets) store.create(bucket);
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    await store.close();
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');

  let closing: Promise<void> | undefined;
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    // Ends also what hangs or is held: its client is gone.
    server.closeAllConnections();
    await closed;
    await Promise.all(running);
    await store.close();
  };
  const close = () => (closing ??= stop());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    addFault: (rule) => faults.add(rule),
    faults: () => faults.list(),
    clearFaults: () => faults.clear(),
    requests: (filter) => log.select(filter),
    clearRequests: () => log.clear(),
    waitForRequest: (predicate, { count = 1, signal } = {}) => log.waitFor(predicate, count, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function listener(sandbox: Sandboxed, onLoopback: boolean, running: Set<Promise<void>>): (wire: Wire) => void {
  return (wire) => {
    const { message, response } = wire;
    const refusal = refuse(message, onLoopback);
    if (refusal !== undefined) {
      response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(`${refusal}\n`);
      return;
    }
    const isControl = message.url === CONTROL_PATH || /^\/_sandbox[/?]/.test(message.url ?? '');
    if (isControl && wire.awaitsContinue) response.writeContinue();
    const work = isControl ? control(sandbox, message, response) : exchange(sandbox, wire);
    const settled = work.catch(() => response.destroy()).then(() => void running.delete(settled));
    running.add(settled);
  };
}

/**
 * Why a request is not for us: pages in a browser on this machine must neither write here (CSRF) nor read by a host name
 * of their own that they have let point at loopback (DNS rebinding).
 */
function refuse(message: IncomingMessage, onLoopback: boolean): string | undefined {
  const { host, origin } = message.headersDistinct;
  if (host?.length !== 1) return 'One Host header is needed.';
  if (onLoopback && !isLoopback(hostName(host[0] ?? ''))) return 'The sandbox answers on loopback names only.';
  const reads = message.method === 'GET' || message.method === 'HEAD';
  return origin === undefined || reads ? undefined : 'The sandbox takes no writes from web pages.';
}

/** Without the port and brackets. */
const hostName = (host: string) => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

const isLoopback = (name: string) => /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1)$/i.test(name);
