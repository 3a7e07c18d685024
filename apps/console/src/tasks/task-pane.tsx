import { useState } from 'react';

import { Empty } from '../table/empty.tsx';
import { FILE_SYSTEM_TASK_COLUMNS } from './columns.tsx';
import { TaskActions } from './task-actions.tsx';
import { NEWEST_FIRST, NO_FILTER, type TaskView } from './task-query.ts';
import { TaskTable } from './task-table.tsx';

interface TaskPaneProps {
  readonly fileSystemId: string;
  /** Only the tasks that touch this association. */
  readonly associationId?: string;
  readonly emptyHint: string;
}

/** The tasks of one file system, or of one association, as a pane of its page. */
export const TaskPane = ({ fileSystemId, associationId, emptyHint }: TaskPaneProps) => {
  const [view, setView] = useState<TaskView>({ filter: NO_FILTER, sort: NEWEST_FIRST, page: 1 });
  return (
    <TaskTable
      tableId="file-system-tasks"
      title="Data Repository Tasks"
      placement="pane"
      columns={FILE_SYSTEM_TASK_COLUMNS}
      selectionType="single"
      view={view}
      onView={setView}
      scope={
        associationId
          ? { property: 'association', operator: '=', value: associationId }
          : { property: 'fileSystem', operator: '=', value: fileSystemId }
      }
      empty={<Empty title="No data repository tasks">{emptyHint}</Empty>}
      actions={([selected]) => <TaskActions task={selected} fileSystemId={fileSystemId} />}
    />
  );
};
