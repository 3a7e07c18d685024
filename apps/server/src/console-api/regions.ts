import { FsxError } from '@drt/contract/errors';
import type { Engine } from '@drt/engine';
import type { Request } from 'express';

import { awsTells } from './aws-tells.ts';
import { type Fsx, type FsxOptions, openFsx } from './fsx-client.ts';
import { awsRateLimit } from './rate-limit.ts';
import { openS3 } from './s3-objects.ts';
import { shareReads } from './shared-reads.ts';
import { openTaskMirror, type TaskMirror } from './task-mirror.ts';

/** Everything that the console's back end asks of one region. */
export interface Region {
  readonly fsx: Pick<Fsx, 'call'>;
  readonly tasks: TaskMirror;
  /** What is told beyond FSx. */
  readonly tell: Engine['tell'];
}

/** The regions that the console can look at. */
export interface Regions extends Disposable {
  /** Their names, at least one. */
  readonly offered: readonly string[];
  /** The name of the region that a request asks for in its query, or of the one to begin with. */
  nameIn(request: Pick<Request, 'query'>): string;
  /**
   * The region that a request asks for.
   * @throws FsxError `BadRequest` for one that is not offered.
   */
  of(request: Pick<Request, 'query'>): Region;
}

/** This server's own engine. It is in one region, whatever an address that came from elsewhere says. */
export const openEngineRegion = (options: FsxOptions, engine: Pick<Engine, 'tell'>): Regions => {
  const fsx = openFsx(options);
  const tasks = openTaskMirror(fsx, 'engine');
  const region: Region = { fsx: tasks.fsx, tasks, tell: (operation, input) => engine.tell(operation, input) };
  return {
    offered: [options.region],
    nameIn: () => options.region,
    of: () => region,
    [Symbol.dispose]: () => fsx[Symbol.dispose](),
  };
};

/** For how long tabs share an answer of FSx, in ms. */
const SHARED_MS = 1000;

interface AwsOptions {
  /** The region to begin with, one of those offered. */
  readonly first: string;
  readonly offered: readonly string[];
  /** URL of an FSx that is not Amazon's; the SDK's own settings otherwise. */
  readonly fsxEndpoint?: string | undefined;
  /** URL of an S3 that is not Amazon's. */
  readonly s3Endpoint?: string | undefined;
}

/** Amazon's regions, with the SDK's own chain of credentials; each is opened when it is first asked for. */
export const openAwsRegions = ({ first, offered, fsxEndpoint, s3Endpoint }: AwsOptions): Regions => {
  const opened = new Map<string, Region>();
  const clients = new DisposableStack();

  const open = (region: string): Region => {
    const fsx = clients.use(openFsx({ endpoint: fsxEndpoint, region, limit: awsRateLimit() }));
    const tasks = openTaskMirror(shareReads(fsx, SHARED_MS), 'aws');
    return { fsx: tasks.fsx, tasks, tell: awsTells(tasks.fsx, clients.use(openS3({ region, endpoint: s3Endpoint }))) };
  };

  const askedIn = ({ query }: Pick<Request, 'query'>) => {
    const { region } = query;
    return typeof region === 'string' && region !== '' ? region : first;
  };

  return {
    offered,
    nameIn(request) {
      const region = askedIn(request);
      return offered.includes(region) ? region : first;
    },
    of(request) {
      const region = askedIn(request);
      if (!offered.includes(region)) {
        throw new FsxError('BadRequest', `The region "${region.slice(0, 32)}" is not among those that are offered.`);
      }
      const known = opened.get(region) ?? open(region);
      opened.set(region, known);
      return known;
    },
    [Symbol.dispose]: () => clients.dispose(),
  };
};
