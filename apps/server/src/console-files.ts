import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import type { Request, RequestHandler, Response } from 'express';

/** File extension of each content coding that `vite build` writes beside a file, best first. */
const CODINGS = { br: '.br', gzip: '.gz' } as const;

/** Relative paths of all files, with `/` between the parts. Links are left out: what is served was built. */
const filesBelow = (directory: string): ReadonlySet<string> => {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length));
    // What begins with a dot is of the build, not of the page.
    return new Set(files.filter((file) => !/(^|\/)\./.test(file)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Set();
    throw error;
  }
};

/** A page of its own for some paths, written by the build: `[{"path": "/fsx/things/:id", "page": "pages/1.html"}]`. */
const pageChooser = (directory: string): ((path: string) => string) => {
  const file = join(directory, '.routes.json');
  // The build writes nothing else into it.
  const routes = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly path: string; readonly page: string }[])
    : [];
  const patterns = routes.map(({ path, page }) => ({
    // The paths of the console's routes: letters, `-`, `/` and `:id`.
    pattern: new RegExp(`^${path.replaceAll(':id', '[^/]+')}$`),
    page,
  }));
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.page ?? 'index.html';
};

/**
 * The built console. The files are listed once: what is not on the list is not served, so no request can name a path
 * of its own. Whatever looks like a page is answered by `index.html` or its like, where the console's
 * router takes over.
 */
export const consoleFiles = (directory: string): RequestHandler => {
  const files = filesBelow(directory);
  const pageOf = pageChooser(directory);

  const send = (name: string, request: Request, response: Response, isForever: boolean) => {
    const available = Object.entries(CODINGS).filter(([, extension]) => files.has(name + extension));
    const accepted = request.acceptsEncodings([...available.map(([coding]) => coding), 'identity']);
    const [coding, extension] = available.find(([each]) => each === accepted) ?? [];
    if (available.length > 0) response.vary('Accept-Encoding');
    response.type(extname(name));
    if (coding) response.setHeader('Content-Encoding', coding);
    if (isForever) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    response.sendFile(name + (extension ?? ''), { root: directory, cacheControl: false });
  };

  /** A path below assets, or with an extension, means a file; every page of the console has neither. */
  const isPage = (name: string) => name === 'index.html' || (!/^assets(\/|$)/.test(name) && extname(name) === '');

  return (request, response) => {
    const name = request.path.slice(1);
    if (files.has(name) && !isPage(name)) {
      // Vite puts a hash of the content into the names below assets/.
      send(name, request, response, name.startsWith('assets/'));
    } else if (!isPage(name) || !request.accepts('html')) {
      response.status(404).type('text/plain').send('There is no such file.\n');
    } else if (!files.has('index.html')) {
      response
        .status(404)
        .type('text/plain')
        .send('The console is not built: `npm run build` builds it, and so does `npm start`.\n');
    } else {
      send(pageOf(request.path), request, response, false);
    }
  };
};
