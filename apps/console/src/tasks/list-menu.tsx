import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import type { TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { lazy, Suspense, useState } from 'react';

import { explainFailure } from '../api/errors.ts';
import { useNotifications } from '../shell/notifications.tsx';
import { cancelHindrance } from './words.ts';

const ListCommand = lazy(async () => ({ default: (await import('./list-command.tsx')).ListCommand }));
const CliCommandModal = lazy(async () => ({
  default: (await import('../shell/cli-command-modal.tsx')).CliCommandModal,
}));

interface ListMenuProps {
  readonly view: Pick<TaskListQuery, 'filter' | 'sort'>;
  readonly total: number;
  readonly selected: readonly DataRepositoryTask[];
}

/** What can be taken out of the list: its tasks as a file, and the commands that do the same. */
export const ListMenu = ({ view, total, selected }: ListMenuProps) => {
  const { saving, save } = useSave(view);
  const [command, setCommand] = useState<'list' | 'cancel'>();
  const cancelable = selected.filter((task) => cancelHindrance(task) === undefined);
  const tasks = `${total.toLocaleString('en')} ${total === 1 ? 'task' : 'tasks'}`;
  const empty = total === 0 ? { disabled: true, disabledReason: 'There is nothing to export' } : {};
  const close = () => setCommand(undefined);
  return (
    <>
      <ButtonDropdown
        loading={saving}
        items={[
          { id: 'csv', text: `Export ${tasks} as CSV`, ...empty },
          { id: 'json', text: `Export ${tasks} as JSON`, ...empty },
          { id: 'list', text: 'Show CLI command for this list' },
          {
            id: 'cancel',
            text: 'Show CLI command to cancel',
            disabled: cancelable.length === 0,
            ...(cancelable.length === 0 ? { disabledReason: 'Select a task that can be canceled' } : {}),
          },
        ]}
        onItemClick={({ detail: { id } }) => {
          if (id === 'csv' || id === 'json') void save(id);
          if (id === 'list' || id === 'cancel') setCommand(id);
        }}
      >
        More actions
      </ButtonDropdown>
      <Suspense fallback={null}>
        {command === 'list' ? <ListCommand filter={view.filter} onClose={close} /> : null}
        {command === 'cancel' ? (
          // FSx cancels one task for each request.
          <CliCommandModal
            does={cancelable.length === 1 ? 'cancel the task' : `cancel ${cancelable.length} tasks`}
            calls={cancelable.map(({ TaskId }) => ({ operation: 'CancelDataRepositoryTask', input: { TaskId } }))}
            onClose={close}
          />
        ) : null}
      </Suspense>
    </>
  );
};

/** Fetches all that matches and hands it to the browser as a file. */
const useSave = ({ filter, sort }: ListMenuProps['view']) => {
  const { notify } = useNotifications();
  const [saving, setSaving] = useState(false);
  const save = async (format: 'csv' | 'json') => {
    setSaving(true);
    try {
      const { download, fetchAllTasks, tasksAsCsv, tasksAsJson } = await import('./task-export.ts');
      const { tasks, complete } = await fetchAllTasks(filter, sort);
      const name = `data-repository-tasks.${format}`;
      if (format === 'csv') download(name, 'text/csv;charset=utf-8', tasksAsCsv(tasks));
      else download(name, 'application/json', tasksAsJson(tasks));
      const content = `${tasks.length.toLocaleString('en')} tasks are in ${name}.`;
      const partly = `${content} The server was still reading tasks, so that there may be more.`;
      notify({ id: 'export-tasks', type: complete ? 'success' : 'warning', content: complete ? content : partly });
    } catch (error) {
      const { header, content } = explainFailure(error);
      notify({ id: 'export-tasks', type: 'error', header, content });
    } finally {
      setSaving(false);
    }
  };
  return { saving, save };
};
