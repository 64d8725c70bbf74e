// What has to come over the network before a visitor sees the first picture.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { dist, withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const score = (page) =>
  page.waitForFunction(() => /\d/.test(document.querySelector('.picture-score strong')?.textContent ?? ''));

/** An empty page first, so that requests are watched from the first one on. */
const empty = { path: 'empty.html', site: { files: { 'empty.html': '<link rel="icon" href="data:,">' } } };

/** Bytes as a host that compresses sends them. */
async function sent(path) {
  return gzipSync(await readFile(join(dist, path))).length;
}

test('the picture needs half of the model, the page’s first module and no chart; the rest comes after it', async () => {
  await withPage(empty, async (page, { context, url }) => {
    const asked = new Set();
    const held = [];
    let holding = true;
    const later = (path) => /^models\/starter\/(model-00002|tokenizer)|^charts|^page-.*(split_|chunk_)/.test(path);
    await context.route('**/*', async (route) => {
      const path = new URL(route.request().url()).href.slice(url.length).split(/[?#]/)[0] || 'index.html';
      if (holding && later(path)) await new Promise((resolve) => held.push(resolve));
      else asked.add(path);
      // The page may be gone by then.
      await route.continue().catch(() => {});
    });
    await page.goto(url);
    await score(page);
    assert.ok(held.length > 0, 'something is still to come');
    const paths = [...asked].filter((path) => !path.startsWith('sw.js'));
    const sizes = Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await sent(path)])));
    const sum = (of) => Object.entries(sizes).reduce((sum, [path, bytes]) => sum + (of(path) ? bytes : 0), 0);
    const engine = (path) => /^worker/.test(path);
    const ofPage = sum((path) => !engine(path) && !path.startsWith('models/'));
    console.log(`page ${ofPage} bytes, engine ${sum(engine)}, model ${sum((path) => path.startsWith('models/'))}`);
    assert.ok(ofPage <= 520_000, `the page is ${ofPage} bytes`);
    assert.ok(sum(() => true) <= 8_000_000, `all of it is ${sum(() => true)} bytes`);

    const studio = new Studio(page);
    const words = await page.locator('.picture-score strong').innerText();
    assert.ok(await studio.button('Train').isDisabled(), 'half of a model is not trained');
    holding = false;
    held.splice(0).forEach((release) => release());
    await page.getByText('60 steps of 16').waitFor();
    await score(page);
    assert.equal(await page.locator('.picture-score strong').innerText(), words, 'the whole model shows the same');
  });
});

test('a part of the page that cannot be fetched says so, and can be had again', async () => {
  await withPage({ expectErrors: true, ...empty }, async (page, { context, url }) => {
    const lessons = '**/split_lessons.wasm';
    await context.route(lessons, (route) => route.abort());
    await page.goto(`${url}?start=empty#/lessons/kernel`);
    const alert = page.getByRole('alert').filter({ hasText: 'could not be fetched' });
    await alert.waitFor();
    await context.unroute(lessons);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'What a kernel does' }).waitFor();
  });
});
