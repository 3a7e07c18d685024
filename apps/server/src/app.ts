import type { ApiError, Context } from '@drt/contract/console-api';
import { FsxError } from '@drt/contract/errors';
import { EVENTS_PATH } from '@drt/contract/events';
import type { Engine } from '@drt/engine';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';

import { isLoopback } from './config.ts';
import { engineRoute } from './console-api/engine-route.ts';
import { eventsRoute } from './console-api/events.ts';
import { FsxCallError } from './console-api/fsx-client.ts';
import { fsxRoute } from './console-api/fsx-route.ts';
import type { Regions } from './console-api/regions.ts';
import { taskListRoute } from './console-api/task-list-route.ts';
import { consoleFiles } from './console-files.ts';
import { AWS_JSON, fsxEndpoint } from './fsx/endpoint.ts';
import { asFsxError, failureAnswer, internalError } from './fsx/failure.ts';
import type { Verifier } from './fsx/signature.ts';
import { securityHeaders } from './headers.ts';
import { checkHost, checkOrigin, identify, readBody } from './request.ts';

export interface AppOptions {
  readonly engine: Pick<Engine, 'call'>;
  /** Where the console looks. */
  readonly regions: Regions;
  /** Absent: the FSx endpoint accepts any signature. */
  readonly verifier?: Verifier | undefined;
  /** Address we listen on. */
  readonly host: string;
  /** What the console is told about that, apart from the region. */
  readonly context: Omit<Context, 'region' | 'regions'>;
  /** Directory of the built console. */
  readonly console: string;
  readonly isReady: () => boolean;
  /** Aborted when the server stops: answers without an end are ended. */
  readonly closing: AbortSignal;
  readonly log: Logger;
}

const notFound = (request: Request, response: Response) => {
  const path = request.path.slice(0, 100);
  // By the standard, 405 names what would be allowed.
  if (path === '/') response.status(405).setHeader('Allow', 'GET, HEAD, POST');
  else response.status(404);
  throw new FsxError('UnknownOperationException', `${request.method} ${path} is not served: FSx is at POST /.`);
};

/** The console has no sign-in yet, so only programs on this machine may use its back end. */
const onlyFromHere = (request: Request) => {
  const { remoteAddress = '', localAddress } = request.socket;
  if (!isLoopback(remoteAddress) && remoteAddress !== localAddress) {
    throw new FsxError('AccessDeniedException', "The console's back end answers only on the machine it runs on.");
  }
};

interface Failure {
  readonly status: number;
  readonly body: object;
}

const awsFailure = (error: FsxError): Failure => failureAnswer(error);

const apiFailure = (error: FsxError | FsxCallError, requestId: string): Failure => {
  if (error instanceof FsxCallError) return { status: error.status, body: error.body };
  const { status } = failureAnswer(error);
  const body: ApiError = { code: error.code, message: error.message, requestId };
  return { status, body };
};

/** The one place where an error becomes an answer. What is not meant for the caller goes to the log with its stack. */
const answerErrors =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const requestId = String(response.locals['requestId']);
    const known = error instanceof FsxCallError ? error : asFsxError(error);
    if (!known) log.error({ requestId, err: error }, 'request failed');
    // Half an answer cannot be taken back, only cut off.
    if (response.headersSent) return void response.destroy();

    const failed = known ?? internalError(requestId);
    const isApi = /^\/api(\/|$)/.test(request.originalUrl) || failed instanceof FsxCallError;
    const { status, body } = isApi ? apiFailure(failed, requestId) : awsFailure(failed);
    response.locals['code'] = failed instanceof FsxCallError ? failed.body.code : failed.code;
    // A handler may have chosen a status that says more than the code's own.
    response.status(response.statusCode >= 400 ? response.statusCode : status);
    response.setHeader('Content-Type', isApi ? 'application/json' : AWS_JSON);
    response.end(JSON.stringify(body));
  };

/** The doors: FSx endpoint, the console's back end, the console's files. */
export const buildApp = (options: AppOptions): Express => {
  const { engine, regions, verifier, host, context, isReady, closing, log } = options;
  const app = express();
  app.disable('x-powered-by');
  // Answers are not to be kept, so there is nothing to revalidate.
  app.disable('etag');
  app.enable('case sensitive routing');

  app.use(identify(log), ...securityHeaders(), checkHost(host));
  app.get('/healthz', (_request, response) => {
    response.status(isReady() ? 200 : 503).json({ ready: isReady() });
  });
  app.post('/', checkOrigin, readBody(), fsxEndpoint({ engine, verifier }));
  app.use('/api', (request, _response, next) => (onlyFromHere(request), next()));
  app.get('/api/context', (request, response) => {
    const where: Context = { ...context, region: regions.nameIn(request), regions: [...regions.offered] };
    response.json(where);
  });
  app.post('/api/fsx/:operation', checkOrigin, readBody(), fsxRoute(regions));
  app.post('/api/tasks/list', checkOrigin, readBody(), taskListRoute(regions));
  app.post('/api/engine/:operation', checkOrigin, readBody(), engineRoute(regions));
  const tellsWork = context.target === 'engine';
  app.get(EVENTS_PATH, checkOrigin, eventsRoute({ regions, tellsWork, closing }));
  app.all(['/api', '/api/{*path}'], notFound);
  app.get('/{*path}', consoleFiles(options.console));
  app.use(notFound);
  app.use(answerErrors(log));
  return app;
};
