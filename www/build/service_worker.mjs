// Makes sw.js, the site's service worker, from www/offline and the list of the site's files.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { divide, lists, siteFiles } from './site_files.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = (name) => join(root, 'www/offline', name);
const options = { bundle: true, minify: true, format: 'iife', target: 'es2022', legalComments: 'none' };

/** Writes `sw.js` for the files that are in the folder `site`. */
export async function writeServiceWorker(site) {
  // The only third-party code in sw.js is Workbox, under this licence.
  copyFileSync(join(root, 'node_modules/workbox-core/LICENSE'), join(site, 'sw.js.LEGAL.txt'));
  const files = siteFiles(site);
  const define = { FILES: JSON.stringify(lists(files)), 'process.env.NODE_ENV': '"production"' };
  await build({ ...options, define, entryPoints: [source('worker.js')], outfile: join(site, 'sw.js') });
  const { first, later } = divide(files);
  const size = (list) => `${list.length} files, ${(list.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1)} MB`;
  console.log(`sw.js: kept at the first visit ${size(first)}; when first loaded ${size(later)}`);
}

/** Writes an `sw.js` that removes an earlier one and its caches. */
export async function writeRemover(site) {
  await build({ ...options, entryPoints: [source('remover.js')], outfile: join(site, 'sw.js') });
}
