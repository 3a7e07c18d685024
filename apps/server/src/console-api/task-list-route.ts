import { explain, FsxError } from '@drt/contract/errors';
import { taskListQuery } from '@drt/contract/task-list';
import type { RequestHandler } from 'express';

import { decodeBody } from '../fsx/aws-json.ts';
import { bodyOf } from '../request.ts';
import type { Regions } from './regions.ts';

/** `POST /api/tasks/list`: one page of tasks; see the contract's `task-list.ts`. */
export const taskListRoute =
  (regions: Pick<Regions, 'of'>): RequestHandler =>
  async (request, response) => {
    response.locals['operation'] = 'tasks/list';
    // A form of another site cannot send this type.
    if (!request.is('application/json')) {
      throw new FsxError('SerializationException', 'The Content-Type must be application/json.');
    }
    const query = taskListQuery.safeParse(decodeBody(bodyOf(request)));
    if (!query.success) throw new FsxError('BadRequest', explain(query.error));
    response.json(await regions.of(request).tasks.list(query.data));
  };
