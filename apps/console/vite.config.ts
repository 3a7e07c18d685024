import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

import { leftOut } from './build/left-out.ts';
import { routePages } from './build/route-pages.ts';
import { routeSizeReport } from './build/route-sizes.ts';

const FONT_CACHE = fileURLToPath(new URL('../../node_modules/.cache/console-fonts/', import.meta.url));

/**
 * The global styles carry their fonts as `data:` URIs, which `default-src 'self'` refuses and which no browser can
 * cache apart. Each font becomes a file of its own, hashed like every other asset.
 */
const selfHostedFonts = (): Plugin => ({
  name: 'self-hosted-fonts',
  enforce: 'pre',
  load(id) {
    if (!id.includes('@cloudscape-design/global-styles/') || !id.split('?')[0]?.endsWith('.css')) return null;
    mkdirSync(FONT_CACHE, { recursive: true });
    const css = readFileSync(id.split('?')[0] ?? id, 'utf8');
    return css.replaceAll(/url\(["']?data:font\/woff2;[^,]*base64,([^"')]+)["']?\)/g, (_match, base64: string) => {
      const bytes = Buffer.from(base64, 'base64');
      const file = join(FONT_CACHE, `open-sans-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.woff2`);
      writeFileSync(file, bytes);
      return `url("${file}")`;
    });
  },
});

const COMPRESSIBLE = /\.(?:js|css|html|svg|json)$/;

/** A `.br` and a `.gz` beside every text file, made once at the highest level, so that the server only sends bytes. */
const precompressed = (): Plugin => ({
  name: 'precompressed',
  apply: 'build',
  enforce: 'post',
  writeBundle({ dir = 'dist' }) {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !COMPRESSIBLE.test(entry.name) || basename(entry.parentPath) === '.vite') continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [selfHostedFonts(), leftOut(), react(), routePages(), precompressed(), routeSizeReport()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    manifest: true,
    target: 'es2023',
    chunkSizeWarningLimit: 2000,
  },
});
