// `npm start`: builds the console if needed, then becomes the server, in this process, so that signals reach it.

import { fileURLToPath } from 'node:url';

const NEEDED = [24, 12];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `This needs Node.js ${NEEDED.join('.')} or later and runs on ${process.versions.node}: start it with \`npm start\`, which uses the Node.js that \`npm ci\` installed.`,
  );
  process.exit(1);
}

const { buildConsole } = await import('./build-console.mjs');
if (!(await buildConsole())) {
  console.error('The console could not be built: see above. Nothing was started.');
  process.exit(1);
}

// Compiled code is kept for the next start: it halves the CPU time that each of the processes takes to start.
const { enableCompileCache } = await import('node:module');
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
enableCompileCache();

await import('../apps/server/src/main.ts');
