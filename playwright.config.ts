import { defineConfig } from '@playwright/test';

import { ensureChromium } from './scripts/ensure-chromium.mjs';
import { findFirefox } from './scripts/find-firefox.mjs';

const chromium = await ensureChromium();
const firefox = findFirefox();
const inherited = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.e2e.ts',
  globalSetup: './e2e/build-console.ts',
  outputDir: 'node_modules/.cache/e2e',
  fullyParallel: true,
  // Two cores, of which the server, its workers and the browser want some too.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // What passes at the second try is listed as flaky; its trace tells why.
  retries: 1,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    // What fades in has the wrong contrast for a moment.
    contextOptions: { reducedMotion: 'reduce' },
    // Recording everything would make each test half as fast again.
    trace: 'on-first-retry',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        launchOptions: {
          executablePath: chromium.executablePath,
          env: { ...Object.fromEntries(inherited), ...chromium.env },
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--disable-quic',
          ],
        },
      },
    },
    ...(firefox
      ? [
          {
            name: 'firefox',
            testMatch: 'main-flows.e2e.ts',
            use: {
              browserName: 'firefox' as const,
              channel: 'moz-firefox',
              launchOptions: {
                executablePath: firefox,
                // WebDriver BiDi has no emulation of media features yet.
                firefoxUserPrefs: { 'ui.prefersReducedMotion': 1 },
              },
            },
          },
        ]
      : []),
  ],
});
