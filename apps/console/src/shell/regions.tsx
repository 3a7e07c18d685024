import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import type { Context } from '@drt/contract/console-api';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'react-router';

import { contextQuery } from '../api/fsx.ts';
import { inRegion, unknownRegion } from '../api/region.ts';
import { paths } from '../paths.ts';
import { PageHeader } from './page-header.tsx';

const hasChoice = ({ regions }: Context) => regions.length > 1;

const PREFIX = 'region ';

/** The regions for the menu of the top bar; none where there is no choice. */
export const regionItems = (where: Context): TopNavigationProps.MenuDropdownUtility['items'] =>
  hasChoice(where)
    ? [
        {
          text: 'Regions',
          items: where.regions.map((region) => ({
            id: PREFIX + region,
            text: region,
            ...(region === where.region ? { labelTag: 'Current' } : {}),
          })),
        },
      ]
    : [];

/** A resource of one region is not in another: its page gives way to the list. */
const listOf = (pathname: string) => (pathname.startsWith(paths.tasks()) ? paths.tasks() : paths.fileSystems());

/** Loads the console anew in another region. The browser asks first when a form has unsaved changes. */
const openRegion = (region: string) => location.assign(inRegion(listOf(location.pathname), region));

/** @returns whether the item of the menu was a region. */
export const chooseRegion = (itemId: string, { region: current }: Context) => {
  if (!itemId.startsWith(PREFIX)) return false;
  const region = itemId.slice(PREFIX.length);
  if (region !== current) openRegion(region);
  return true;
};

const LINK = 'a[href^="/fsx/"]';

/** Where a link is about to be opened in a tab of its own, or copied, it says the region. */
const nameRegionOn = (region: string) => (event: Event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(LINK) : null;
  if (link) link.href = inRegion(link.getAttribute('href') ?? '', region);
};

/**
 * Keeps the region in the address bar and in the addresses of links, so that whoever gets one looks at the same region.
 * The router itself knows nothing of it: for its pages the region is as fixed as the host.
 */
const useRegionInUrl = (where: Context | undefined) => {
  const place = useLocation();
  const region = where && hasChoice(where) && !unknownRegion(where) ? where.region : undefined;
  useEffect(() => {
    if (region) history.replaceState(history.state, '', inRegion(location.href, region));
  }, [region, place]);
  useEffect(() => {
    if (!region) return;
    const name = nameRegionOn(region);
    const moments = ['pointerdown', 'focusin'] as const;
    for (const moment of moments) document.addEventListener(moment, name, { capture: true });
    return () => {
      for (const moment of moments) document.removeEventListener(moment, name, { capture: true });
    };
  }, [region]);
};

/** The page, unless its URL names a region that cannot be looked at from here. */
export const InRegion = ({ children }: { readonly children: ReactNode }) => {
  const { data: where } = useQuery(contextQuery);
  useRegionInUrl(where);
  const unknown = where && unknownRegion(where);
  if (!unknown) return children;
  return (
    <SpaceBetween size="m">
      <PageHeader title="Region not available" />
      <Box variant="p">
        {`This console does not look at the region ${unknown}. The setting FSX_REGIONS of the server says which it offers.`}
      </Box>
      <Button variant="primary" onClick={() => openRegion(where.region)}>
        {`Open ${where.region}`}
      </Button>
    </SpaceBetween>
  );
};
