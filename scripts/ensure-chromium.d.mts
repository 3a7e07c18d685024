/** What Playwright's `launchOptions` take. */
export interface Chromium {
  readonly executablePath: string;
  /** What the browser needs beside our own environment. */
  readonly env: Record<string, string>;
}

export function ensureChromium(): Promise<Chromium>;
