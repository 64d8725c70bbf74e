import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { link, programFolder } from '../../www/build/program.mjs';
import { withSite } from './site.mjs';

const page = '<head><script id="start" src="./start.js" data-program="page/app.js"></script></head>';

test('the page names the folder of its build, and fetches at once what the start needs and nothing else', async () => {
  const files = ['app.js', 'app_bg.wasm', '__wasm_split.js', 'split_lessons.wasm', 'chunk_1.wasm', 'snippets/x/glue.js'];
  const site = { 'index.html': page, ...Object.fromEntries(files.map((name) => [`page-0f/${name}`, ''])) };
  const linked = await withSite(site, async (folder) => {
    assert.equal(programFolder(folder), 'page-0f');
    link(folder);
    return readFile(join(folder, 'index.html'), 'utf8');
  });
  assert.match(linked, /data-program="\.\/page-0f\/app\.js"/);
  const fetched = [...linked.matchAll(/<link rel="(\w+)" href="\.\/page-0f\/([^"]+)"/g)].map(([, how, name]) => `${how} ${name}`);
  assert.deepEqual(fetched, [
    'modulepreload __wasm_split.js',
    'modulepreload app.js',
    'modulepreload snippets/x/glue.js',
    'preload app_bg.wasm',
  ]);
});

test('a site without a program, with two, or with a page that names none is refused', async () => {
  await withSite({ 'index.html': page }, (site) => assert.throws(() => link(site), /has 0/));
  await withSite({ 'page-1/app.js': '', 'page-2/app.js': '' }, (site) => assert.throws(() => programFolder(site), /has 2/));
  await withSite({ 'index.html': '<head></head>', 'page-1/app.js': '' }, (site) => assert.throws(() => link(site), /does not name/));
});
