// The Firefox for the browser tests. Playwright drives a stock one, by WebDriver BiDi.

import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/**
 * `$FIREFOX_PATH` if that is set, else the system's own.
 * @returns {string | undefined} its path; undefined where there is none
 */
export const findFirefox = () => {
  const own = process.env.FIREFOX_PATH;
  if (own && !existsSync(own)) throw new Error(`FIREFOX_PATH names ${own}, which does not exist.`);
  return own || PLACES.find((place) => existsSync(place));
};
