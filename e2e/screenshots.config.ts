import { defineConfig } from '@playwright/test';

import config from '../playwright.config.ts';

/** Pictures for the docs, taken in the world of the tests. */
export default defineConfig({
  ...config,
  testDir: '.',
  testMatch: '*.shots.ts',
  globalSetup: './build-console.ts',
  outputDir: '../node_modules/.cache/screenshots',
  projects: (config.projects ?? []).filter(({ name }) => name === 'chromium'),
});
