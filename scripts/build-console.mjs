// Builds the console when its build is missing or older than what it is built from.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'apps/console/dist');
/** Holds the hash of the sources that the build was made from. A dot file, so it is not served. */
const STAMP = join(DIST, '.sources.sha256');

const SOURCES = [
  'apps/console/src',
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
    .filter((entry) => entry.isFile())
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

const recordedHash = () => (existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined);

const build = async () => {
  const vite = spawn(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'apps/console'),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = (signal) => {
    vite.kill(signal);
    process.exit(1);
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const [code] = await once(vite, 'exit');
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
  if (!(await build())) return false;
  writeFileSync(STAMP, hash);
  console.error(`Built the console in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  return true;
};
