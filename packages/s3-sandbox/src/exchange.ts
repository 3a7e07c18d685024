import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ActiveFault, FaultAction, Faults } from './faults/faults.ts';
import type { Context } from './operations/context.ts';
import { HANDLERS } from './operations/operations.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import type { Store } from './store/store.ts';
import { receiveBody, receiveText } from './wire/body.ts';
import { S3Error } from './wire/errors.ts';
import { closeReply, type Reply } from './wire/reply.ts';
import { parseRequest, type S3Request } from './wire/request.ts';
import { type ChunkSigner, type Credentials, verifySignature } from './wire/signature.ts';
import { bodySource, cut, NoAnswer, sendReply, type Shape } from './wire/transfer.ts';
import { errorDocument } from './wire/xml.ts';

/** Largest body that is read into memory: 10,000 parts with checksums, or 1000 keys, and room to spare. */
const MAX_XML = 8 * 2 ** 20;

/** What all requests share. */
export interface Sandboxed {
  readonly store: Store;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** `undefined`: any signature will do, and none. */
  readonly credentials: Credentials | undefined;
}

/** One HTTP exchange. */
export interface Wire {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for `100 Continue` before it sends its body. */
  awaitsContinue: boolean;
}

/**
 * One request from its first line to its end: parse, fault, signature, work, fault, answer. Never rejects.
 */
export async function exchange(sandbox: Sandboxed, wire: Wire): Promise<void> {
  const { log, faults } = sandbox;
  const [request, problem] = parse(wire.message);
  const { operation = 'Unsupported', bucket = '', key = '', query = [] } = request ?? {};
  const target = { operation, bucket, key, method: wire.message.method ?? '' };
  const record = log.begin({ ...target, query: Object.fromEntries(query) });
  const fault = faults.take(target);
  if (fault !== undefined) record.fault = fault.id;
  try {
    await answer(sandbox, wire, { request, problem, fault, record });
    log.end(record, 'answered');
  } catch (error) {
    if (!(error instanceof NoAnswer)) {
      report(error);
      wire.response.destroy();
    }
    log.end(record, error instanceof NoAnswer ? error.outcome : 'cut');
  }
}

interface Asked {
  readonly request: S3Request | undefined;
  /** Why there is no request. */
  readonly problem: unknown;
  readonly fault: ActiveFault | undefined;
  readonly record: RequestRecord;
}

/** Throws NoAnswer when none was sent. */
async function answer(sandbox: Sandboxed, wire: Wire, asked: Asked): Promise<void> {
  const { fault, record } = asked;
  const shape = shapeOf(fault?.rule.action);
  await pass(sandbox, wire, record, fault, 'start');
  const reply = await replyTo(sandbox, wire, asked, shape);
  record.status = reply.status;
  try {
    await pass(sandbox, wire, record, fault, 'answer');
    // A client that was refused before it sent its body may send it or not: the connection is of no more use.
    const connection = wire.awaitsContinue ? { connection: 'close' } : {};
    const headers = { 'x-amz-request-id': record.id, server: 's3-sandbox', ...connection, ...reply.headers };
    await sendReply(wire.message, wire.response, { ...reply, headers }, shape);
  } finally {
    closeReply(reply);
  }
}

function parse(message: IncomingMessage): readonly [S3Request | undefined, unknown] {
  try {
    return [parseRequest(message), undefined];
  } catch (error) {
    return [undefined, error];
  }
}

/** The answer, also to what goes wrong. Throws NoAnswer only. */
async function replyTo(sandbox: Sandboxed, wire: Wire, asked: Asked, shape: Shape | undefined): Promise<Reply> {
  const { request, problem, fault, record } = asked;
  const action = fault?.rule.action;
  if (action?.type === 'error') return errorReply(record, action.status, action.code, action.message);
  if (action?.type === 'redirect') {
    const reply = errorReply(record, 307, 'TemporaryRedirect', 'The request belongs to another endpoint.');
    return { ...reply, headers: { ...reply.headers, location: action.location } };
  }
  try {
    if (request === undefined) throw problem;
    const { store, credentials } = sandbox;
    const signer = credentials === undefined ? undefined : verifySignature(request, credentials, Date.now());
    return await HANDLERS[request.operation](contextFor(request, store, wire, shape, signer));
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    if (error instanceof S3Error) return errorReply(record, error.status, error.code, error.message);
    report(error);
    const { status, code, message } = new S3Error('InternalError');
    return errorReply(record, status, code, message);
  }
}

function contextFor(
  request: S3Request,
  store: Store,
  wire: Wire,
  shape: Shape | undefined,
  signer: ChunkSigner | undefined,
): Context {
  const begin = () => {
    if (wire.awaitsContinue) wire.response.writeContinue();
    wire.awaitsContinue = false;
  };
  const source = bodySource(wire.message, begin, shape);
  return {
    request,
    store,
    receive: (onBytes, fallback) => receiveBody(request, source, onBytes, { signer, fallback }),
    receiveText: () => receiveText(request, source, { signer, limit: MAX_XML }),
  };
}

function errorReply(record: RequestRecord, status: number, code: string, message = code): Reply {
  record.code = code;
  const { bucket, key, id } = record;
  const body = errorDocument(code, message, {
    Resource: `/${bucket}${key && `/${key}`}`,
    RequestId: id,
    HostId: 'sandbox',
  });
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** Where a fault stops a request: before the work or before the answer. Throws NoAnswer when it does not go on. */
async function pass(
  { log }: Sandboxed,
  { message, response }: Wire,
  record: RequestRecord,
  fault: ActiveFault | undefined,
  point: 'start' | 'answer',
): Promise<void> {
  const action = fault?.rule.action;
  if (fault === undefined || action === undefined || !('at' in action) || action.at !== point) return;
  if (action.type !== 'reset') {
    const client = new AbortController();
    const gone = () => client.abort();
    response.once('close', gone);
    if (response.destroyed) gone();
    const waiting = action.type === 'gate' ? fault.atGate(client.signal) : fault.hang(client.signal);
    log.hold(record);
    const verdict = await waiting;
    response.off('close', gone);
    log.resume(record);
    if (client.signal.aborted) throw new NoAnswer('aborted');
    if (verdict === 'go on') return;
  }
  cut(message);
  throw new NoAnswer('cut');
}

function shapeOf(action: FaultAction | undefined): Shape | undefined {
  if (action?.type === 'slow') return { bytesPerSecond: action.bytesPerSecond };
  if (action?.type === 'truncate') return { truncateAfter: action.afterBytes };
  if (action?.type === 'corrupt') return { corrupt: true };
  if (action?.type === 'reset' && action.at === 'body') return { resetAfter: action.afterBytes ?? 0 };
  return undefined;
}

/** A failure of the sandbox itself: for whoever runs it, not for the client. */
function report(error: unknown): void {
  const detail = error instanceof Error ? { detail: error.stack ?? '' } : {};
  process.emitWarning(String(error), { type: 'S3SandboxWarning', ...detail });
}
