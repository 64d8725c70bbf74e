import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Script } from 'node:vm';

import { LARGE, divide, lists, siteFiles } from '../../www/build/site_files.mjs';
import { writeRemover, writeServiceWorker } from '../../www/build/service_worker.mjs';
import { withSite } from './site.mjs';

test('every file is listed once, by path, with its size and digest', async () => {
  const files = { 'index.html': '<html>', 'data/b.txt': 'bb', 'data/a.txt': '', 'models/m/config.json': '{}' };
  const found = await withSite(files, siteFiles);
  assert.deepEqual(found.map(({ path }) => path), ['data/a.txt', 'data/b.txt', 'index.html', 'models/m/config.json']);
  for (const { path, bytes, digest } of found) {
    assert.equal(bytes, files[path].length);
    assert.equal(digest, createHash('sha256').update(files[path]).digest('base64'));
  }
});

test('what hosts do not serve, and the service worker itself, are not kept', async () => {
  const found = await withSite({ '.hidden': 'x', '.well-known/y': 'y', 'sw.js': 'z', 'index.html': '' }, siteFiles);
  assert.deepEqual(lists(found).first.map(({ url }) => url), ['index.html']);
});

test('only what is larger than the limit waits until it is loaded', () => {
  const file = (path, bytes) => ({ path, bytes, digest: 'AAAA' });
  const files = [file('worker_bg.wasm', 4e6), file('models/l/model.safetensors', LARGE + 1), file('models/s/model.safetensors', LARGE)];
  const { first, later } = divide(files);
  assert.deepEqual(first.map(({ path }) => path), ['worker_bg.wasm', 'models/s/model.safetensors']);
  assert.deepEqual(later.map(({ path }) => path), ['models/l/model.safetensors']);
});

test('a revision changes with the content and with nothing else', async () => {
  const revisions = async (files) => {
    const { first } = lists(await withSite(files, siteFiles));
    return Object.fromEntries(first.map(({ url, revision }) => [url, revision]));
  };
  const one = await revisions({ 'a.js': '1', 'b.js': '2' });
  const two = await revisions({ 'b.js': '2', 'a.js': '3', 'c.js': '1' });
  assert.notEqual(one['a.js'], two['a.js']);
  assert.equal(one['b.js'], two['b.js']);
  assert.equal(one['a.js'], two['c.js']);
});

test('names are written as addresses, and pages alone go without a digest', async () => {
  const { first } = lists(await withSite({ 'a b/50%.txt': 'x', 'api/example.html': 'y' }, siteFiles));
  assert.deepEqual(first.map(({ url }) => url), ['a%20b/50%25.txt', 'api/example.html']);
  assert.match(first[0].integrity, /^sha256-[A-Za-z0-9+/]{43}=$/);
  assert.equal(first[1].integrity, undefined);
});

test('the service worker is one script that names the files, the same for the same site', async () => {
  const files = { 'index.html': '<html>', 'app.js': '1' };
  const write = (folder) => writeServiceWorker(folder).then(() => siteFiles(folder));
  const [one, two] = [await withSite(files, write), await withSite(files, write)];
  assert.deepEqual(one, two);
  await withSite(files, async (folder) => {
    await writeServiceWorker(folder);
    const script = await readFile(join(folder, 'sw.js'), 'utf8');
    for (const name of ['index.html', 'app.js', 'sw.js.LEGAL.txt']) assert.ok(script.includes(`"${name}"`), name);
    assert.doesNotThrow(() => new Script(script), 'a classic script');
    assert.ok(!/\bFILES\b|process\.env/.test(script), 'nothing is left open');
    assert.match(await readFile(join(folder, 'sw.js.LEGAL.txt'), 'utf8'), /Permission is hereby granted/);
  });
});

test('a build for trying things out has a service worker that only removes', async () => {
  await withSite({ 'index.html': '' }, async (folder) => {
    await writeRemover(folder);
    const script = await readFile(join(folder, 'sw.js'), 'utf8');
    assert.ok(script.includes('unregister()') && !script.includes('"fetch"'), script);
  });
});
