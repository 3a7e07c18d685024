import { randomUUID } from 'node:crypto';

import { FsxError } from '@drt/contract/errors';
import { raw, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';

import { isLoopback } from './config.ts';

/**
 * Reads a body of any type as bytes. Nothing is decompressed: a signature covers the bytes sent, and so does the limit.
 */
export const readBody = (): RequestHandler => raw({ type: () => true, limit: 1024 * 1024, inflate: false });

/** What `readBody` read; Express leaves `body` undefined for a request without one. */
export const bodyOf = (request: Request): Uint8Array =>
  Buffer.isBuffer(request.body) ? request.body : new Uint8Array();

/** Gives every request an ID, which answers carry and log lines name, and logs the request when it is answered. */
export const identify =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const requestId = randomUUID();
    const start = performance.now();
    response.locals['requestId'] = requestId;
    response.setHeader('x-amzn-RequestId', requestId);
    response.on('close', () => {
      const { operation, taskId, code } = response.locals;
      const milliseconds = Math.round(performance.now() - start);
      const { method, path } = request;
      log.info(
        { requestId, method, path, status: response.statusCode, milliseconds, operation, taskId, code },
        'request',
      );
    });
    next();
  };

/** The name or address in a Host header, without port and brackets; undefined if it is no host at all. */
const hostNameOf = (host: string): string | undefined => {
  // Only these characters: anything else, such as "localhost@example", is read differently by different readers.
  if (!/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(host)) return undefined;
  return host.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '');
};

const refuse = (message: string): never => {
  throw new FsxError('AccessDeniedException', message);
};

/**
 * Refuses requests that name another host than ours. A web page whose name was made to point at this machine (DNS
 * rebinding) is same-origin with us for the browser, but it cannot change the Host header.
 * @param listening the address we listen on; on a public one we do not know all names we are called by.
 */
export const checkHost =
  (listening: string): RequestHandler =>
  (request, _response, next) => {
    const hosts = request.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === 'host',
    );
    const name = hosts.length === 1 ? hostNameOf(hosts[0] ?? '') : undefined;
    if (name === undefined || !request.url.startsWith('/')) refuse('The request must name one host.');
    else if (isLoopback(listening) && !isLoopback(name) && name !== listening) {
      refuse(`This server answers to localhost, not to "${name.slice(0, 100)}".`);
    }
    next();
  };

/** Refuses what a page of another origin sends: browsers say so in Origin and Sec-Fetch-Site, other clients in neither. */
export const checkOrigin: RequestHandler = (request, _response, next) => {
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  const ours = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.get('host'));
  if (!ours || (site !== undefined && site !== 'same-origin')) refuse('Requests from other origins are not accepted.');
  next();
};
