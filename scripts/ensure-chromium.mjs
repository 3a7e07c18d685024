// Finds a Chromium for the browser tests, or unpacks the one that npm brought.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')));
const CACHE = fileURLToPath(new URL('../node_modules/.cache/chromium/', import.meta.url));

/** The one that comes along looks for fonts in absolute places, none of which is ours. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

/**
 * Unpacks into a folder of its own and renames it when it is whole, so that nobody ever starts half a browser: not the
 * test run beside this one, and not the next one after this one was killed.
 */
const unpack = async (target) => {
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  mkdirSync(draft, { recursive: true });
  // The package unpacks into the folder for temporary files and nowhere else.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = draft;
  try {
    const { inflate } = await import('@sparticuz/chromium');
    await Promise.all(
      ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'].map((name) =>
        inflate(join(PACKAGE, 'bin', name)),
      ),
    );
    writeFileSync(join(draft, 'fonts/fonts.conf'), FONTS_CONF);
    try {
      renameSync(draft, target);
    } catch (error) {
      // Somebody else was faster, and theirs is as good.
      if (!existsSync(join(target, 'chromium'))) throw error;
    }
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(draft, { recursive: true, force: true });
  }
};

/**
 * The browser to test with: `$CHROMIUM_PATH` if that is set, else the headless Chromium from npm with the libraries
 * and fonts that a bare Linux lacks.
 * @returns {Promise<{executablePath: string, env: Record<string, string>}>} for Playwright's launch options
 */
export const ensureChromium = async () => {
  const own = process.env.CHROMIUM_PATH;
  if (own) {
    if (!existsSync(own)) throw new Error(`CHROMIUM_PATH names ${own}, which does not exist.`);
    return { executablePath: own, env: {} };
  }
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const folder = join(CACHE, version);
  if (!existsSync(join(folder, 'chromium'))) await unpack(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
  };
};
