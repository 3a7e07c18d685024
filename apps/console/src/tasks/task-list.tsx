import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { TASK_LIFECYCLES, type TaskLifecycle } from '@drt/contract/tasks';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { paths } from '../paths.ts';
import { useFollow, useGo } from '../shell/leave-guard.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { Empty, NoMatch } from '../table/empty.tsx';
import { ResourceTable } from '../table/resource-table.tsx';
import { FILE_SYSTEM_TASK_COLUMNS, TASK_COLUMNS } from './columns.tsx';
import { useTaskList } from './queries.ts';
import { TaskActions } from './task-actions.tsx';
import { lifecycleWord } from './words.ts';

/** The one selected task, as the list knows it now; nothing while it is not in the list. */
const useSelectedTask = (list: ReturnType<typeof useTaskList>) => {
  const [selectedKeys, onSelect] = useState<readonly string[]>([]);
  return { selectedKeys, onSelect, selected: list.items.find((task) => selectedKeys.includes(task.TaskId)) };
};

const readLifecycle = (text: string | null): TaskLifecycle | undefined =>
  TASK_LIFECYCLES.find((lifecycle) => lifecycle === text);

/** Every task of the account, newest first. */
export const TaskListPage = () => {
  const [query, setQuery] = useSearchParams();
  const lifecycle = readLifecycle(query.get('status'));
  const list = useTaskList({ lifecycle });
  const selection = useSelectedTask(list);
  const { go } = useGo();
  const filterBy = (value: TaskLifecycle | undefined) => setQuery(value ? { status: value } : {}, { replace: true });
  return (
    <ResourceTable
      tableId="tasks"
      title="Data repository tasks"
      placement="page"
      names="data repository tasks"
      list={list}
      columns={TASK_COLUMNS}
      newestFirstBy="created"
      keyOf={(task) => task.TaskId}
      selectionType="single"
      selectedKeys={selection.selectedKeys}
      onSelect={selection.onSelect}
      filter={<StatusFilter value={lifecycle} onChange={filterBy} />}
      empty={
        lifecycle ? (
          <NoMatch onClear={() => filterBy(undefined)} />
        ) : (
          <Empty title="No data repository tasks">
            Tasks are created for a file system that is linked to a data repository.{' '}
            <RouteLink href={paths.fileSystems()}>Open file systems</RouteLink>
          </Empty>
        )
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            disabled={!selection.selected}
            disabledReason={selection.selected ? undefined : 'Select a task first'}
            onClick={() => selection.selected && go(paths.task(selection.selected.TaskId))}
          >
            View details
          </Button>
          <TaskActions task={selection.selected} />
          <CreateTaskMenu />
        </SpaceBetween>
      }
    />
  );
};

interface StatusFilterProps {
  readonly value: TaskLifecycle | undefined;
  readonly onChange: (value: TaskLifecycle | undefined) => void;
}

/** Asked of the server, so that it holds for every task and not only for those already loaded. */
const StatusFilter = ({ value, onChange }: StatusFilterProps) => {
  const options = [
    { value: '', label: 'Any status' },
    ...TASK_LIFECYCLES.map((each) => ({ value: each, label: lifecycleWord(each) })),
  ];
  return (
    <div style={{ maxWidth: '16rem' }}>
      <Select
        ariaLabel="Filter by status"
        inlineLabelText="Status"
        options={options}
        selectedOption={options.find((option) => option.value === (value ?? '')) ?? null}
        onChange={({ detail }) => onChange(readLifecycle(detail.selectedOption.value ?? null))}
      />
    </div>
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
