import type { Input, OperationName, Output } from '@drt/contract';

import { createDataRepositoryAssociation } from './associations/create.ts';
import { deleteDataRepositoryAssociation } from './associations/delete.ts';
import { describeDataRepositoryAssociations } from './associations/describe.ts';
import { updateDataRepositoryAssociation } from './associations/update.ts';
import type { Context } from './context.ts';
import { createFileSystem } from './file-systems/create.ts';
import { deleteFileSystem } from './file-systems/delete.ts';
import { describeFileSystems } from './file-systems/describe.ts';
import { listTagsForResource, tagResource, untagResource } from './tags/tags.ts';
import { cancelDataRepositoryTask } from './tasks/cancel.ts';
import { createDataRepositoryTask } from './tasks/create.ts';
import { describeDataRepositoryTasks } from './tasks/describe.ts';

type Handlers = {
  readonly [Name in OperationName]: (context: Context, input: Input<Name>) => Promise<Output<Name>>;
};

/** The whole FSx surface on one screen. An operation of the contract that is missing here does not compile. */
export const operations: Handlers = {
  CreateFileSystem: createFileSystem,
  DescribeFileSystems: describeFileSystems,
  DeleteFileSystem: deleteFileSystem,

  CreateDataRepositoryAssociation: createDataRepositoryAssociation,
  DescribeDataRepositoryAssociations: describeDataRepositoryAssociations,
  UpdateDataRepositoryAssociation: updateDataRepositoryAssociation,
  DeleteDataRepositoryAssociation: deleteDataRepositoryAssociation,

  CreateDataRepositoryTask: createDataRepositoryTask,
  DescribeDataRepositoryTasks: describeDataRepositoryTasks,
  CancelDataRepositoryTask: cancelDataRepositoryTask,

  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
