import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { InvalidRule, parseRule } from './faults/fault-rule.ts';
import type { Fault, Faults } from './faults/faults.ts';
import { type RequestFilter, type RequestLog, toPredicate } from './request-log.ts';
import { parseQuery } from './wire/request.ts';

/** No bucket can be called so: bucket names have no underscore. */
export const CONTROL_PATH = '/_sandbox';

const HELP = {
  'GET /_sandbox/faults': 'the rules in force',
  'POST /_sandbox/faults': 'adds a rule (JSON), answers its id',
  'DELETE /_sandbox/faults': 'removes every rule',
  'DELETE /_sandbox/faults/<id>': 'removes one',
  'POST /_sandbox/faults/<id>/release?count=<n>': 'lets n requests through its gate; without count all, from now on',
  'GET /_sandbox/requests?operation=&method=&bucket=&key=&state=&status=&after=': 'the requests that fit',
  'GET /_sandbox/requests?...&wait=<n>&timeout=<ms>': 'answers once n of them have been seen; 408 after the timeout',
  'DELETE /_sandbox/requests': 'forgets them',
};

/** Parameters of queries that are numbers. */
const NUMBERS = ['count', 'wait', 'timeout', 'status', 'after'];

const DEFAULT_TIMEOUT = 30_000;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * Fault rules and the request log over HTTP, for tests in other processes and for hands. Has no authentication, so it is
 * for a sandbox on loopback.
 */
export async function control(
  { faults, log }: { readonly faults: Faults; readonly log: RequestLog },
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(faults, log, message, response);
  if (response.destroyed) return;
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body === undefined ? undefined : `${JSON.stringify(answer.body)}\n`);
}

function answerTo(
  faults: Faults,
  log: RequestLog,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> | Answer {
  const [path = '', search = ''] = (message.url ?? '').split('?');
  const query = parseQuery(search);
  const wrong = NUMBERS.find((name) => /\D/.test(query.get(name) ?? ''));
  if (wrong !== undefined) return { status: 400, body: { message: `${wrong} must be a number.` } };
  const [collection = '', id, verb = ''] = path.split('/').slice(2);
  switch (collection) {
    case '':
      return { status: 200, body: HELP };
    case 'faults':
      return id === undefined
        ? faultRules(faults, message)
        : oneFault(faults.get(id), `${message.method} ${verb}`, query);
    case 'requests':
      return requests(log, message, response, query);
    default:
      return { status: 404, body: HELP };
  }
}

async function faultRules(faults: Faults, message: IncomingMessage): Promise<Answer> {
  switch (message.method) {
    case 'GET':
      return { status: 200, body: faults.list().map(describe) };
    case 'DELETE':
      faults.clear();
      return { status: 204 };
    case 'POST':
      // A page in a browser cannot send this type to another origin without asking first, and nobody answers.
      if (!message.headers['content-type']?.startsWith('application/json')) {
        return { status: 415, body: { message: 'Send the rule as application/json.' } };
      }
      try {
        return { status: 201, body: describe(faults.add(parseRule(await text(message)))) };
      } catch (error) {
        if (error instanceof InvalidRule) return { status: 400, body: { message: error.message } };
        throw error;
      }
    default:
      return { status: 405, body: HELP };
  }
}

const describe = ({ id, rule, hits, held }: Fault) => ({ id, hits, held, rule });

function oneFault(fault: Fault | undefined, request: string, query: ReadonlyMap<string, string>): Answer {
  if (fault === undefined) return { status: 404, body: { message: 'There is no rule with this id.' } };
  switch (request) {
    case 'GET ':
      return { status: 200, body: describe(fault) };
    case 'DELETE ':
      fault.remove();
      return { status: 204 };
    case 'POST release':
      fault.release(query.has('count') ? Number(query.get('count')) : undefined);
      return { status: 200, body: describe(fault) };
    default:
      return { status: 405, body: HELP };
  }
}

async function requests(
  log: RequestLog,
  message: IncomingMessage,
  response: ServerResponse,
  query: ReadonlyMap<string, string>,
): Promise<Answer> {
  if (message.method === 'DELETE') {
    log.clear();
    return { status: 204 };
  }
  const filter = toFilter(query);
  const wanted = Number(query.get('wait') ?? 0);
  if (wanted > 0) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const timeout = AbortSignal.timeout(Number(query.get('timeout') ?? DEFAULT_TIMEOUT));
    try {
      await log.waitFor(toPredicate(filter), wanted, AbortSignal.any([gone.signal, timeout]));
    } catch {
      return { status: 408, body: { message: `Fewer than ${wanted} such requests were seen in time.` } };
    }
  }
  const records = log.select(filter);
  return { status: 200, body: { count: records.length, requests: records } };
}

function toFilter(query: ReadonlyMap<string, string>): RequestFilter {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const words = Object.fromEntries(
    ['operation', 'method', 'bucket', 'key', 'state'].map((name) => [name, query.get(name)]),
  );
  // A word that no request has fits none, which is what was asked.
  return { ...words, status: number('status'), after: number('after') } as RequestFilter;
}
