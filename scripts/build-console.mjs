// Builds the console when its build is missing or older than what it is built from.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'apps/console/dist');
/** Where a build is made before it takes the place of the last one, which a running server may still serve. */
const FRESH = join(ROOT, `apps/console/dist-${process.pid}`);
/** Holds the hash of the sources that the build was made from. A dot file, so it is not served. */
const STAMP = '.sources.sha256';

const SOURCES = [
  'apps/console/src',
  'apps/console/build',
  'apps/console/index.html',
  'apps/console/vite.config.ts',
  'apps/console/package.json',
  'packages/contract/src',
  'package-lock.json',
];

const filesOf = (path) => {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .toSorted();
};

/** Of contents and names; the times of files say nothing after a clone. */
const hashSources = () => {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf)) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
};

const recordedHash = () => {
  const stamp = join(DIST, STAMP);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
};

const build = async () => {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const options = ['build', '--logLevel', 'warn', '--outDir', FRESH, '--emptyOutDir'];
  const building = spawn(process.execPath, [vite, ...options], {
    cwd: join(ROOT, 'apps/console'),
    // A test runner says `test`, and Vite would build a console for developers.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = (signal) => {
    building.kill(signal);
    rmSync(FRESH, { recursive: true, force: true });
    process.exit(1);
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const [code] = await once(building, 'exit');
  process.off('SIGTERM', stop).off('SIGINT', stop);
  return code === 0;
};

/** @returns whether there is a build of the present sources now. */
export const buildConsole = async () => {
  const hash = hashSources();
  if (recordedHash() === hash) return true;
  const isFirst = !existsSync(DIST);
  console.error(isFirst ? 'Building the console (first start only)…' : 'Building the console, whose sources changed…');
  const start = performance.now();
  if (!(await build())) {
    rmSync(FRESH, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(FRESH, STAMP), hash);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(FRESH, DIST);
  console.error(`Built the console in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  return true;
};
