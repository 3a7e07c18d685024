import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import type { Context } from '@drt/contract/console-api';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useLocation, useNavigationType } from 'react-router';

import { contextQuery } from '../api/fsx.ts';
import { type Crumb, paths } from '../paths.ts';
import { useFollow } from './leave-guard.tsx';
import { Announcements, Notifications, useNotifications } from './notifications.tsx';
import { chooseRegion, InRegion, regionItems } from './regions.tsx';
import { chooseTheme, useTheme } from './theme.ts';

const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: 'File systems', href: paths.fileSystems() },
  { type: 'link', text: 'Data repository tasks (Lustre)', href: paths.tasks() },
];

const TOP_BAR = 'top-bar';

/** What makes the AWS CLI look where this console looks. */
const cliOptions = ({ target, region }: Context) =>
  `${target === 'engine' ? `--endpoint-url ${location.origin} ` : ''}--region ${region}`;

/** Where the console looks, and how to look there with the AWS CLI. */
const useWhereMenu = (): TopNavigationProps.MenuDropdownUtility[] => {
  const { data: where } = useQuery(contextQuery);
  const { notify } = useNotifications();
  if (!where) return [];
  const options = cliOptions(where);
  const copy = async () => {
    const flash = { id: 'cli-options', content: options };
    try {
      await navigator.clipboard.writeText(options);
      notify({ ...flash, type: 'success', header: 'AWS CLI options copied' });
    } catch {
      // Browsers give the clipboard only to pages of a secure origin, and only when the user lets them.
      notify({ ...flash, type: 'error', header: 'The browser did not allow the copy; these are the AWS CLI options' });
    }
  };
  const fsx = where.target === 'engine' ? 'FSx endpoint of this server' : 'Amazon FSx';
  return [
    {
      type: 'menu-dropdown',
      text: where.region,
      ariaLabel: `Region ${where.region}`,
      description: `${fsx}, S3 at ${where.s3Endpoint ?? 'AWS'}, version ${where.version}`,
      items: [{ id: 'cli', text: 'Copy AWS CLI options' }, ...regionItems(where)],
      onItemClick: ({ detail }) => {
        if (!chooseRegion(detail.id, where)) void copy();
      },
    },
  ];
};

const TopBar = () => {
  const follow = useFollow();
  const theme = useTheme();
  const where = useWhereMenu();
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
            onClick: () => chooseTheme(theme === 'dark' ? 'light' : 'dark'),
          },
          ...where,
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
        content={<InRegion>{children}</InRegion>}
      />
      <Announcements />
    </>
  );
};
