import { TASK_SORTS, type TaskFilter as Filter, type TaskToken } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { type ReactNode, useState } from 'react';

import { useIsLive } from '../live/live-state.ts';
import type { ResourceColumn } from '../table/column.tsx';
import { NoMatch } from '../table/empty.tsx';
import { PagedTable } from '../table/paged-table.tsx';
import { usePreferences } from '../table/preferences.ts';
import type { TableLook } from '../table/table-frame.tsx';
import { useTaskPage } from './queries.ts';
import { TaskFilterField } from './task-filter-field.tsx';
import { NO_FILTER, type TaskView } from './task-query.ts';

/** The selected tasks, on whatever page they are, each as it was last seen. */
const useSelectedTasks = (seen: readonly DataRepositoryTask[]) => {
  const [selected, onSelect] = useState<readonly DataRepositoryTask[]>([]);
  const latest = new Map(seen.map((task) => [task.TaskId, task]));
  return { selected: selected.map((task) => latest.get(task.TaskId) ?? task), onSelect };
};

const NO_TASKS: readonly DataRepositoryTask[] = [];

const countText = (total: number, complete: boolean) =>
  `${total.toLocaleString('en')}${complete ? '' : '+'} ${total === 1 ? 'match' : 'matches'}`;

interface TaskTableProps extends Pick<TableLook<DataRepositoryTask>, 'title' | 'placement' | 'selectionType'> {
  /** Names the table in this browser's storage. */
  readonly tableId: string;
  readonly columns: readonly ResourceColumn<DataRepositoryTask>[];
  readonly view: TaskView;
  readonly onView: (view: TaskView) => void;
  /** The only tasks that the table is about. */
  readonly scope?: TaskToken;
  /** What it shows when there are no tasks at all. */
  readonly empty: ReactNode;
  readonly actions: (selected: readonly DataRepositoryTask[], total: number) => ReactNode;
}

/** Tasks as the back end filters, sorts and pages them. */
export const TaskTable = ({ tableId, columns, view, onView, scope, empty, actions, ...look }: TaskTableProps) => {
  const [preferences, changePreferences] = usePreferences(tableId, columns);
  const isLive = useIsLive();
  const list = useTaskPage({ ...view, ...(scope ? { scope } : {}), pageSize: preferences.pageSize });
  const tasks = list.data?.DataRepositoryTasks ?? NO_TASKS;
  const { total = 0, complete = true, page = view.page } = list.data ?? {};
  const { selected, onSelect } = useSelectedTasks(tasks);
  const { filter, sort } = view;
  const show = (part: Partial<TaskView>) => onView({ ...view, page: 1, ...part });
  const filterBy = (changed: Filter) => show({ filter: changed });
  return (
    <PagedTable
      {...look}
      names="data repository tasks"
      rows={{
        items: tasks,
        loading: list.isPending,
        error: list.error,
        updatedAt: list.dataUpdatedAt,
        isLive,
        refresh: () => list.refetch(),
      }}
      total={total}
      complete={complete}
      page={page}
      onPage={(wanted) => show({ page: wanted })}
      sort={sort}
      onSort={({ property, descending }) => {
        const known = TASK_SORTS.find((each) => each === property);
        if (known) show({ sort: { property: known, descending } });
      }}
      columns={columns}
      keyOf={(task) => task.TaskId}
      selectedItems={selected}
      onSelect={onSelect}
      preferences={preferences}
      onPreferences={changePreferences}
      filter={
        <TaskFilterField
          value={filter}
          onChange={filterBy}
          countText={countText(total, complete)}
          loading={list.isPlaceholderData}
          tasks={tasks}
        />
      }
      empty={filter.tokens.length > 0 ? <NoMatch onClear={() => filterBy(NO_FILTER)} /> : empty}
      actions={actions(selected, total)}
    />
  );
};
