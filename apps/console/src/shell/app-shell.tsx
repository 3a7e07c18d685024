import AppLayoutToolbar, { type AppLayoutToolbarProps } from '@cloudscape-design/components/app-layout-toolbar';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import type { Context } from '@drt/contract/console-api';
import { useQuery } from '@tanstack/react-query';
import {
  type ComponentType,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useLocation, useNavigationType } from 'react-router';

import { contextQuery } from '../api/fsx.ts';
import { type Crumb, paths } from '../paths.ts';
import type { Console, Panel } from './commands.ts';
import { HelpContext } from './help-link.tsx';
import { useFollow, useGo } from './leave-guard.tsx';
import { Announcements, Notifications, useNotifications } from './notifications.tsx';
import { chooseRegion, InRegion, regionItems } from './regions.tsx';
import { changeSettings, settings } from './settings.ts';
import { PALETTE_KEYS, useShortcuts } from './shortcuts.ts';
import { SkipLink } from './skip-link.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import('./shortcut-sheet.tsx')).ShortcutSheet }));
const SettingsModal = lazy(async () => ({ default: (await import('./settings-modal.tsx')).SettingsModal }));

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

const TopBar = ({ onOpen }: { readonly onOpen: (panel: Panel) => void }) => {
  const follow = useFollow();
  const where = useWhereMenu();
  return (
    <div id={TOP_BAR}>
      <TopNavigation
        identity={{
          title: 'Data repositories',
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
            iconName: 'search',
            text: 'Search',
            title: `Search (${PALETTE_KEYS})`,
            ariaLabel: 'Search',
            onClick: () => onOpen('palette'),
          },
          ...where,
          {
            type: 'button',
            iconName: 'settings',
            title: 'Settings',
            ariaLabel: 'Settings',
            onClick: () => onOpen('settings'),
          },
        ]}
      />
    </div>
  );
};

interface PanelsProps {
  readonly panel: Panel | undefined;
  readonly console: Console;
  readonly onClose: () => void;
}

/** What lies over the page, loaded when it is first opened. */
const Panels = ({ panel, console, onClose }: PanelsProps) => (
  <Suspense fallback={null}>
    {panel === 'palette' ? <Palette console={console} onClose={onClose} /> : null}
    {panel === 'shortcuts' ? <ShortcutSheet onSettings={() => console.open('settings')} onClose={onClose} /> : null}
    {panel === 'settings' ? <SettingsModal onClose={onClose} /> : null}
  </Suspense>
);

/** Where the help panel covers the page, it does not open by itself. */
const isNarrow = () => matchMedia('(max-width: 688px)').matches;

/** The help panel: as this browser last left it. */
const useHelpPanel = () => {
  const layout = useRef<AppLayoutToolbarProps.Ref>(null);
  const [toolsOpen, setToolsOpen] = useState(() => settings().help && !isNarrow());
  const change = useCallback((open: boolean) => {
    setToolsOpen(open);
    if (!isNarrow()) changeSettings({ help: open });
  }, []);
  const open = useCallback(() => {
    change(true);
    layout.current?.focusToolsClose();
  }, [change]);
  return { layout, toolsOpen, change, open };
};

interface AppShellProps {
  readonly crumbs: readonly Crumb[];
  readonly contentType: 'default' | 'table' | 'form';
  readonly Help: ComponentType | undefined;
  readonly children: ReactNode;
}

const titleOf = (crumbs: readonly Crumb[]) =>
  crumbs
    .map((each) => each.text)
    .toReversed()
    .join(' | ');

/** The frame of every page: top bar, navigation, breadcrumbs, notifications. */
export const AppShell = ({ crumbs, contentType, Help, children }: AppShellProps) => {
  const follow = useFollow();
  const { go } = useGo();
  const { layout, toolsOpen, change: changeTools, open: openHelp } = useHelpPanel();
  const [panel, setPanel] = useState<Panel>();
  const console = useMemo<Console>(() => ({ go, open: setPanel, openHelp }), [go, openHelp]);
  useShortcuts(console);
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
    <HelpContext value={Help && openHelp}>
      <SkipLink />
      <TopBar onOpen={setPanel} />
      <AppLayoutToolbar
        ref={layout}
        headerSelector={`#${TOP_BAR}`}
        contentType={contentType}
        toolsHide={!Help}
        toolsOpen={toolsOpen}
        onToolsChange={({ detail }) => changeTools(detail.open)}
        tools={
          // Not loaded before somebody wants to read it.
          Help && toolsOpen ? (
            <Suspense fallback={<Box padding="l">Loading help</Box>}>
              <Help />
            </Suspense>
          ) : null
        }
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
      <Panels panel={panel} console={console} onClose={() => setPanel(undefined)} />
    </HelpContext>
  );
};
