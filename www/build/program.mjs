// The page's program in a built site: it has a folder that is named after its build, `page-…`.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { siteFiles } from './site_files.mjs';

/** Its folder below `site`. */
export function programFolder(site) {
  const [folder, ...others] = readdirSync(site).filter((name) => /^page-[0-9a-f]+$/.test(name));
  if (!folder || others.length) throw new Error(`${site} should have one folder page-…, and has ${others.length + (folder ? 1 : 0)}`);
  return folder;
}

/**
 * Names the folder in index.html, and has the browser fetch at once what the start needs: the scripts, and the first
 * module. The others wait until they are wanted.
 */
export function link(site) {
  const folder = programFolder(site);
  const files = siteFiles(join(site, folder)).map(({ path }) => `./${folder}/${path}`);
  const scripts = files.filter((name) => name.endsWith('.js'));
  const preloads = [
    ...scripts.map((name) => `<link rel="modulepreload" href="${name}" />`),
    `<link rel="preload" href="./${folder}/app_bg.wasm" as="fetch" type="application/wasm" crossorigin="anonymous" />`,
  ];
  const page = join(site, 'index.html');
  const text = readFileSync(page, 'utf8');
  const named = text.replace('data-program="page/app.js"', `data-program="./${folder}/app.js"`);
  if (named === text) throw new Error('index.html does not name page/app.js');
  writeFileSync(page, named.replace('</head>', `${preloads.join('')}</head>`));
}
