import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useLocation, useNavigationType } from 'react-router';

import { contextQuery } from '../api/fsx.ts';
import { type Crumb, paths } from '../paths.ts';
import { useFollow } from './leave-guard.tsx';
import { Announcements, Notifications } from './notifications.tsx';
import { chooseTheme, useTheme } from './theme.ts';

const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: 'File systems', href: paths.fileSystems() },
  { type: 'link', text: 'Data repository tasks (Lustre)', href: paths.tasks() },
];

const TOP_BAR = 'top-bar';

const TopBar = () => {
  const follow = useFollow();
  const theme = useTheme();
  const { data: where } = useQuery(contextQuery);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <div id={TOP_BAR}>
      <TopNavigation
        identity={{
          title: 'Data repository console',
          href: paths.tasks(),
          onFollow: (event) => {
            event.preventDefault();
            follow({ detail: { href: paths.tasks() }, preventDefault: () => undefined });
          },
        }}
        i18nStrings={{ overflowMenuTriggerText: 'More', overflowMenuTitleText: 'All' }}
        utilities={[
          {
            type: 'button',
            text: theme === 'dark' ? 'Light mode' : 'Dark mode',
            onClick: () => chooseTheme(other),
          },
          ...(where
            ? [
                {
                  type: 'menu-dropdown' as const,
                  text: where.region,
                  ariaLabel: `Region ${where.region}: where this console looks`,
                  description: `Version ${where.version}`,
                  items: [
                    {
                      id: 'fsx',
                      text: where.target === 'aws' ? 'Amazon FSx in this Region' : 'FSx endpoint of this server',
                    },
                    { id: 's3', text: where.s3Endpoint ?? 'Amazon S3' },
                  ],
                },
              ]
            : []),
        ]}
      />
    </div>
  );
};

interface AppShellProps {
  readonly crumbs: readonly Crumb[];
  readonly contentType: 'default' | 'table' | 'form';
  readonly children: ReactNode;
}

const titleOf = (crumbs: readonly Crumb[]) =>
  crumbs
    .map((each) => each.text)
    .toReversed()
    .join(' | ');

/** The frame of every page: top bar, navigation, breadcrumbs, notifications. */
export const AppShell = ({ crumbs, contentType, children }: AppShellProps) => {
  const follow = useFollow();
  const { pathname } = useLocation();
  const title = titleOf(crumbs);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const navigation = useNavigationType();
  useEffect(() => {
    // Back and Forward restore the place by themselves.
    if (navigation !== 'POP') scrollTo(0, 0);
  }, [pathname, navigation]);
  const active = pathname.startsWith(paths.tasks()) ? paths.tasks() : paths.fileSystems();
  return (
    <>
      <TopBar />
      <AppLayoutToolbar
        headerSelector={`#${TOP_BAR}`}
        contentType={contentType}
        toolsHide
        ariaLabels={{ navigation: 'Side navigation', notifications: 'Notifications' }}
        breadcrumbs={
          <BreadcrumbGroup items={crumbs.map((each) => ({ ...each }))} ariaLabel="Breadcrumbs" onFollow={follow} />
        }
        navigation={
          <SideNavigation
            header={{ text: 'Amazon FSx', href: paths.tasks() }}
            activeHref={active}
            items={NAVIGATION}
            onFollow={follow}
          />
        }
        notifications={<Notifications />}
        stickyNotifications
        content={children}
      />
      <Announcements />
    </>
  );
};
