import { useState } from 'react';

import { Empty } from '../table/empty.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import { FILE_SYSTEM_TASK_COLUMNS } from './columns.tsx';
import { useTaskList } from './queries.ts';
import { TaskActions } from './task-actions.tsx';

/** The one selected task, as the list knows it now; nothing while it is not in the list. */
const useSelectedTask = (list: ReturnType<typeof useTaskList>) => {
  const [selectedKeys, onSelect] = useState<readonly string[]>([]);
  return { selectedKeys, onSelect, selected: list.items.find((task) => selectedKeys.includes(task.TaskId)) };
};

interface TaskPaneProps {
  readonly fileSystemId: string;
  /** Only the tasks that touch this association. */
  readonly associationId?: string;
  readonly emptyHint: string;
}

/** The tasks of one file system, or of one association, as a pane of its page. */
export const TaskPane = ({ fileSystemId, associationId, emptyHint }: TaskPaneProps) => {
  const list = useTaskList(associationId ? { associationId } : { fileSystemId });
  const selection = useSelectedTask(list);
  return (
    <ResourceTable
      tableId="file-system-tasks"
      title="Data Repository Tasks"
      placement="pane"
      names="data repository tasks"
      list={list}
      columns={FILE_SYSTEM_TASK_COLUMNS}
      newestFirstBy="created"
      keyOf={(task) => task.TaskId}
      selectionType="single"
      selectedKeys={selection.selectedKeys}
      onSelect={selection.onSelect}
      empty={<Empty title="No data repository tasks">{emptyHint}</Empty>}
      actions={<TaskActions task={selection.selected} fileSystemId={fileSystemId} />}
    />
  );
};
