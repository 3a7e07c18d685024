import ToggleButton from '@cloudscape-design/components/toggle-button';
import { useState } from 'react';

import { useNotifications } from '../shell/notifications.tsx';
import { useWatchedTasks, watchTask } from './watched-tasks.ts';

const permission = () => ('Notification' in globalThis ? Notification.permission : 'unsupported');

const HINDRANCES: Readonly<Record<string, string>> = {
  unsupported: 'This browser has no notifications',
  denied: 'Notifications of this site are blocked in the settings of the browser',
};

/** Asks the browser for leave to notify when it is pressed, and never before. */
export const NotifyToggle = ({ taskId }: { readonly taskId: string }) => {
  const { notify } = useNotifications();
  const [allowed, setAllowed] = useState(permission);
  const watched = useWatchedTasks().find((each) => each.taskId === taskId);
  const hindrance = HINDRANCES[allowed];
  const change = async (wanted: boolean) => {
    const answer = wanted ? await Notification.requestPermission() : allowed;
    setAllowed(answer);
    if (wanted && answer !== 'granted') {
      const content = HINDRANCES[answer] ?? 'The browser has not been given leave to show notifications';
      notify({ id: 'notifications', type: 'warning', content: `${content}.` });
    }
    watchTask(taskId, { notify: wanted && answer === 'granted' });
  };
  return (
    <ToggleButton
      pressed={hindrance === undefined && watched?.notify === true}
      iconName="notification"
      pressedIconName="notification"
      disabled={hindrance !== undefined}
      {...(hindrance ? { disabledReason: hindrance } : {})}
      onChange={({ detail }) => void change(detail.pressed)}
    >
      Notify me when this task ends
    </ToggleButton>
  );
};
