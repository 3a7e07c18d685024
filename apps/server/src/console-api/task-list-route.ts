import { explain, FsxError } from '@drt/contract/errors';
import { taskListQuery } from '@drt/contract/task-list';
import type { RequestHandler } from 'express';

import { decodeBody } from '../fsx/aws-json.ts';
import { bodyOf } from '../request.ts';
import type { TaskMirror } from './task-mirror.ts';

/** `POST /api/tasks/list`: one page of tasks; see the contract's `task-list.ts`. */
export const taskListRoute =
  (mirror: Pick<TaskMirror, 'list'>): RequestHandler =>
  async (request, response) => {
    response.locals['operation'] = 'tasks/list';
    // A form of another site cannot send this type.
    if (!request.is('application/json')) {
      throw new FsxError('SerializationException', 'The Content-Type must be application/json.');
    }
    const query = taskListQuery.safeParse(decodeBody(bodyOf(request)));
    if (!query.success) throw new FsxError('BadRequest', explain(query.error));
    response.json(await mirror.list(query.data));
  };
