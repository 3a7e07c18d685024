import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

import { filesOf, FURTHER, INITIAL } from './routes.ts';

/** How a page asks for a file before its script does. */
const linkTo = (file: string) =>
  file.endsWith('.css')
    ? `<link rel="stylesheet" crossorigin href="/${file}">`
    : `<link rel="modulepreload" crossorigin href="/${file}">`;

/**
 * An `index.html` for each route, which names what that route loads. Otherwise a browser would learn it only from the
 * main script, and wait for one more trip. `.routes.json` says which path has which page: the server reads it.
 */
export const routePages = (): Plugin => ({
  name: 'route-pages',
  apply: 'build',
  writeBundle({ dir = 'dist' }) {
    const html = readFileSync(join(dir, 'index.html'), 'utf8');
    mkdirSync(join(dir, 'pages'));
    const pages = [INITIAL, ...FURTHER].map((route, index) => {
      const links = [...filesOf(dir, route)].filter((file) => !html.includes(`"/${file}"`)).map(linkTo);
      const page = `pages/${index}.html`;
      writeFileSync(
        join(dir, page),
        html.replace('  </head>', `${links.map((each) => `    ${each}\n`).join('')}  </head>`),
      );
      return { path: route.path, page };
    });
    writeFileSync(join(dir, '.routes.json'), JSON.stringify([{ path: '/', page: pages[0]?.page }, ...pages]));
  },
});
