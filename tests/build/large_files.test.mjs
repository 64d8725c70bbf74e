import assert from 'node:assert/strict';
import { test } from 'node:test';

import { listLargeFiles } from '../../www/offline/large_files.js';

const scope = 'https://host.test/lab/';

/** As much of a browser's cache as is used, with the entries that it has at first: path → text. */
function fakeCache(entries) {
  const kept = new Map(Object.entries(entries).map(([path, text]) => [scope + path, new Response(text)]));
  const key = (request) => request.url ?? request;
  return {
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    match: async (request) => kept.get(key(request)),
    put: async (request, response) => void kept.set(key(request), response),
    delete: async (request) => kept.delete(key(request)),
    paths: () => [...kept.keys()].map((url) => url.slice(scope.length)).sort(),
  };
}

/** The cache after a build with such files took over: path → revision. */
async function after(cache, files) {
  globalThis.self = { registration: { scope } };
  globalThis.caches = { open: async () => cache };
  await listLargeFiles('name', Object.entries(files).map(([url, revision]) => ({ url, revision })));
  return cache;
}

test('a new list has every file with its revision', async () => {
  const cache = await after(fakeCache({}), { 'models/a/m': '1', 'models/b/m': '2' });
  assert.deepEqual(cache.paths(), ['.simcse-lab-files.json']);
  const list = await cache.match(`${scope}.simcse-lab-files.json`);
  assert.deepEqual(await list.json(), { 'models/a/m': '1', 'models/b/m': '2' });
});

test('of the files kept, those stay that the new build has unchanged', async () => {
  const before = { 'models/same/m': '1', 'models/new/m': '1', 'models/gone/m': '1' };
  const content = Object.fromEntries(Object.keys(before).map((path) => [path, 'weights']));
  const cache = fakeCache({ ...content, '.simcse-lab-files.json': JSON.stringify(before) });
  await after(cache, { 'models/same/m': '1', 'models/new/m': '2' });
  assert.deepEqual(cache.paths(), ['.simcse-lab-files.json', 'models/same/m']);
});

test('files of which nobody knows the revision are not trusted', async () => {
  const cache = await after(fakeCache({ 'models/a/m': 'weights' }), { 'models/a/m': '1' });
  assert.deepEqual(cache.paths(), ['.simcse-lab-files.json']);
});
