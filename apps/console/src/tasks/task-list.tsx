import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TaskFilter as Filter } from '@drt/contract/task-list';
import { TASK_SORTS } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';

import { paths } from '../paths.ts';
import { FirstSteps } from '../shell/first-steps-slot.tsx';
import { useFollow, useGo } from '../shell/leave-guard.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { Empty, NoMatch } from '../table/empty.tsx';
import { PagedTable } from '../table/paged-table.tsx';
import { usePreferences } from '../table/preferences.ts';
import { TASK_COLUMNS } from './columns.tsx';
import { ListMenu } from './list-menu.tsx';
import { useTaskPage } from './queries.ts';
import { TaskActions } from './task-actions.tsx';
import { TaskFilterField } from './task-filter-field.tsx';
import { NO_FILTER, readTaskView, type TaskView, writeTaskView } from './task-query.ts';

/** The selected tasks, on whatever page they are, each as it was last seen. */
const useSelectedTasks = (seen: readonly DataRepositoryTask[]) => {
  const [selected, onSelect] = useState<readonly DataRepositoryTask[]>([]);
  const latest = new Map(seen.map((task) => [task.TaskId, task]));
  return { selected: selected.map((task) => latest.get(task.TaskId) ?? task), onSelect };
};

const NO_TASKS: readonly DataRepositoryTask[] = [];

const countText = (total: number, complete: boolean) =>
  `${total.toLocaleString('en')}${complete ? '' : '+'} ${total === 1 ? 'match' : 'matches'}`;

/** Every task of the account, newest first. */
export const TaskListPage = () => {
  const [query, setQuery] = useSearchParams();
  const view = readTaskView(query);
  const [preferences, changePreferences] = usePreferences('tasks', TASK_COLUMNS);
  const { filter, sort } = view;
  const list = useTaskPage({ ...view, pageSize: preferences.pageSize });
  const tasks = list.data?.DataRepositoryTasks ?? NO_TASKS;
  const { total = 0, complete = true, page = view.page } = list.data ?? {};
  const { selected, onSelect } = useSelectedTasks(tasks);
  const show = (part: Partial<TaskView>) => setQuery(writeTaskView({ ...view, page: 1, ...part }), { replace: true });
  const filterBy = (changed: Filter) => show({ filter: changed });
  return (
    <PagedTable
      title="Data repository tasks"
      placement="page"
      names="data repository tasks"
      rows={{
        items: tasks,
        loading: list.isPending,
        error: list.error,
        updatedAt: list.dataUpdatedAt,
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
      columns={TASK_COLUMNS}
      keyOf={(task) => task.TaskId}
      selectionType="multi"
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
      empty={
        filter.tokens.length > 0 ? (
          <NoMatch onClear={() => filterBy(NO_FILTER)} />
        ) : (
          <FirstSteps>
            <Empty title="No data repository tasks">
              Tasks are created for a file system that is linked to a data repository.{' '}
              <RouteLink href={paths.fileSystems()}>Open file systems</RouteLink>
            </Empty>
          </FirstSteps>
        )
      }
      actions={<ListActions selected={selected} menu={<ListMenu view={view} total={total} selected={selected} />} />}
    />
  );
};

interface ListActionsProps {
  readonly selected: readonly DataRepositoryTask[];
  readonly menu: ReactNode;
}

const ListActions = ({ selected, menu }: ListActionsProps) => {
  const { go } = useGo();
  const [only] = selected.length === 1 ? selected : [];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={!only}
        disabledReason={only ? undefined : 'Select one task first'}
        onClick={() => only && go(paths.task(only.TaskId))}
      >
        View details
      </Button>
      <TaskActions task={only} selected={selected} />
      {menu}
      <CreateTaskMenu />
    </SpaceBetween>
  );
};

const CreateTaskMenu = () => {
  const follow = useFollow();
  return (
    <ButtonDropdown
      variant="primary"
      items={[
        { id: 'export', text: 'Export task', href: paths.createTask('export') },
        { id: 'import', text: 'Import task', href: paths.createTask('import') },
        {
          id: 'release',
          text: 'Release task',
          disabled: true,
          disabledReason: 'Release tasks are not available yet',
        },
      ]}
      onItemFollow={follow}
    >
      Create task
    </ButtonDropdown>
  );
};
