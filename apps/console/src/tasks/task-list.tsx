import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

import { paths } from '../paths.ts';
import { FirstSteps } from '../shell/first-steps-slot.tsx';
import { useFollow, useGo } from '../shell/leave-guard.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { Empty } from '../table/empty.tsx';
import { TASK_COLUMNS } from './columns.tsx';
import { ListMenu } from './list-menu.tsx';
import { TaskActions } from './task-actions.tsx';
import { readTaskView, writeTaskView } from './task-query.ts';
import { TaskTable } from './task-table.tsx';

/** Every task of the account, newest first. */
export const TaskListPage = () => {
  const [query, setQuery] = useSearchParams();
  const view = readTaskView(query);
  return (
    <TaskTable
      tableId="tasks"
      title="Data repository tasks"
      placement="page"
      columns={TASK_COLUMNS}
      selectionType="multi"
      view={view}
      onView={(changed) => setQuery(writeTaskView(changed), { replace: true })}
      empty={
        <FirstSteps>
          <Empty title="No data repository tasks">
            Tasks are created for a file system that is linked to a data repository.{' '}
            <RouteLink href={paths.fileSystems()}>Open file systems</RouteLink>
          </Empty>
        </FirstSteps>
      }
      actions={(selected, total) => (
        <ListActions selected={selected} menu={<ListMenu view={view} total={total} selected={selected} />} />
      )}
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
