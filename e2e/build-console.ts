import { buildConsole } from '../scripts/build-console.mjs';

/** Once before all tests: the console as it will be shipped. */
const build = async () => {
  if (!(await buildConsole())) throw new Error('The console could not be built: see above.');
};

// oxlint-disable-next-line import/no-default-export -- Playwright's way to name a setup
export default build;
