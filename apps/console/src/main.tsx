import '@cloudscape-design/global-styles/index.css';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';

import { createQueryClient } from './api/query-client.ts';
import { startRegion } from './api/region.ts';
import { Pages } from './routes.tsx';
import { LeaveGuardProvider } from './shell/leave-guard.tsx';
import { NotificationProvider } from './shell/notifications.tsx';
import { startSettings } from './shell/settings.ts';
import { TaskWatch } from './tasks/task-watch.tsx';

startSettings();
startRegion();

const root = document.querySelector('#app');
if (!root) throw new Error('index.html has no #app');

createRoot(root).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={createQueryClient()}>
        <NotificationProvider>
          <BrowserRouter>
            <LeaveGuardProvider>
              <Pages />
              <TaskWatch />
            </LeaveGuardProvider>
          </BrowserRouter>
        </NotificationProvider>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
