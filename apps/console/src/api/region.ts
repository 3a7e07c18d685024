import type { Context } from '@drt/contract/console-api';

/**
 * Which region this page looks at, and how gently it may ask. The region is one for the life of a page: changing it is
 * a new page load, so that nothing of the other region stays behind. It is named in the page's URL, or else the one
 * that this browser looked at last; without either the server chooses.
 */

const KEY = 'drt.region';

const shaped = (region: string | null) => (region && /^[a-z0-9-]{1,32}$/.test(region) ? region : undefined);

const remembered = () => {
  try {
    return shaped(localStorage.getItem(KEY));
  } catch {
    // Storage can be forbidden.
    return undefined;
  }
};

/** So that a page that is opened next, by whatever link, begins in this region. */
const remember = (region: string | undefined) => {
  try {
    if (region) localStorage.setItem(KEY, region);
    else localStorage.removeItem(KEY);
  } catch {
    // Not remembered then, but it holds for this page.
  }
};

let named: string | undefined;
let current: string | undefined;
let isAws = false;

/** Called once, before the first request. */
export const startRegion = () => {
  named = shaped(new URLSearchParams(location.search).get('region'));
  current = named ?? remembered();
  // Of several tabs in different regions, the one that was looked at last decides where a new one begins.
  addEventListener('visibilitychange', () => {
    if (isAws && document.visibilityState === 'visible') remember(current);
  });
};

/** The URL of a request to the console's back end. */
export const apiUrl = (path: string) => (current ? `${path}?region=${current}` : path);

/** The URL of a page of the console in a region. */
export const inRegion = (path: string, region: string) => {
  const url = new URL(path, location.origin);
  url.searchParams.set('region', region);
  return url.pathname + url.search + url.hash;
};

/** Takes in what the server says about where it looks. */
export const settleRegion = ({ target, region, regions }: Context) => {
  isAws = target === 'aws';
  if (!isAws || (named && !regions.includes(named))) return;
  const isGone = current !== undefined && !regions.includes(current);
  current = region;
  remember(region);
  // What was asked for the region of an earlier server was refused.
  if (isGone) location.reload();
};

/** The region that the URL names, if it is none of those that can be looked at. */
export const unknownRegion = ({ target, regions }: Context) =>
  target === 'aws' && named && !regions.includes(named) ? named : undefined;

/** How long to wait before asking again, in ms: Amazon counts the requests of an account. */
export const pace = (engine: number, aws: number) => (isAws ? aws : engine);
