// After one visit the site works with the network off, wherever it was put; what cannot be kept is said, and does no harm.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { programFolder } from '../../www/build/program.mjs';
import { siteFiles } from '../../www/build/site_files.mjs';
import { tinySite } from './api.mjs';
import { withBuild } from './builds.mjs';
import { dist, withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const line = (page) => page.locator('.offline-line');
const kept = (page) => line(page).getByText('Ready to work offline').waitFor();
const offer = (page, name) => page.locator('.offer', { hasText: name });

/** The network ends: no server, and a browser that knows it. */
async function unplug({ server, context }) {
  await server.close();
  await context.setOffline(true);
}

/** Calls `act` while the site's quota is `quotaSize` bytes. */
async function withQuota(page, quotaSize, act) {
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
  await act();
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  // Else the browser takes the network to be on again.
  await devtools.detach();
}

/** Loads the site's model and samples, trains, evaluates and compares: the main job. */
async function mainJob(studio, model) {
  await offer(studio.page, model).getByRole('button', { name: `Load ${model}` }).click();
  await studio.modelLoaded();
  await studio.loadSamples();
  await studio.recipe({ 'batch-size': 4, steps: 3, 'eval-every': 0, 'max-length': 16, pooler: 'avg: mean of all tokens' });
  await studio.train();
  await studio.phase('Finished');
  const scores = await studio.evaluate();
  assert.equal(scores.pairs, 60);
  const cosines = await studio.compare(['A cat sleeps.', 'A kitten naps.', 'The train leaves at noon.']);
  assert.ok(cosines.flat().every((cosine) => cosine >= -1.001 && cosine <= 1.001), JSON.stringify(cosines));
}

const hosts = [
  ['the root of a host', { base: '/' }],
  ['a folder of a host', { base: '/deep/down/in/a/folder/' }],
  ['a host with addresses of its own', { base: '/lab/', cleanUrls: true }],
];

for (const [where, site] of hosts) {
  test(`from ${where}: after one visit, everything works with the network off`, async () => {
    await withBuild(tinySite(), async (folder) => {
      await withPage({ site: { ...site, folder } }, async (page, browser) => {
        const studio = new Studio(page);
        await studio.ready();
        await kept(page);
        await unplug(browser);
        await page.reload();
        await studio.ready();
        assert.equal(await line(page).innerText(), 'Ready to work offline');
        await mainJob(studio, 'Tiny');
        // As somebody comes back: another tab, with what a link says.
        const tab = await browser.context.newPage();
        await tab.goto(`${browser.url}?hub=https://hub.test&start=empty#/evaluation`);
        await tab.locator('nav [aria-current=page]', { hasText: 'Evaluation' }).waitFor();
        await tab.goto(`${browser.url}api/example${site.cleanUrls ? '' : '.html'}`);
        await tab.getByRole('heading', { name: 'The engine from JavaScript' }).waitFor();
      });
    });
  });
}

test('a large model is kept when it is first loaded, said to be, and can be removed', async () => {
  const name = 'all-MiniLM-L6-v2';
  await withPage({ expectErrors: true }, async (page, browser) => {
    const studio = new Studio(page);
    const says = (words) => offer(page, name).locator('.kept', { hasText: words }).waitFor();
    const sentences = ['A cat sleeps.', 'A kitten naps.'];
    await studio.ready();
    await kept(page);
    await says('Works offline once loaded');

    let cosines;
    await withQuota(page, 60e6, async () => {
      await studio.loadSiteModel();
      await studio.unfold('Load another model');
      await says('Not kept for offline use: the browser has no room for it');
      cosines = await studio.compare(sentences);
    });

    await page.reload();
    await studio.ready();
    await says('Works offline once loaded');
    await studio.loadSiteModel();
    await studio.unfold('Load another model');
    await says('Works offline, kept in this browser');
    await unplug(browser);
    await page.reload();
    await studio.ready();
    await studio.loadSiteModel();
    assert.deepEqual(await studio.compare(sentences), cosines);

    await studio.unfold('Load another model');
    await offer(page, name).getByRole('button', { name: `Remove ${name} from this browser` }).click();
    await says('Not kept in this browser: loading it needs a network');
    await studio.button(`Load ${name}`).click();
    const alert = studio.card('Model').getByRole('alert').filter({ hasText: 'The model was not loaded' });
    await alert.waitFor();
    assert.match(await alert.innerText(), /model\.safetensors could not be fetched.*this browser is offline/);
  });
});

/** Changes that make another build of the page: another title, and a program of another name. */
async function changes() {
  const page = await readFile(join(dist, 'index.html'), 'utf8');
  const program = programFolder(dist);
  const all = { 'index.html': page.replaceAll(program, 'page-0').replace('<head>', '<head><meta name="build" content="second">') };
  for (const [name, bytes] of Object.entries(await programFiles())) {
    all[name] = null;
    all[name.replace(program, 'page-0')] = bytes;
  }
  return all;
}

/** The files of the page's program. */
async function programFiles() {
  const program = programFolder(dist);
  const paths = siteFiles(join(dist, program)).map(({ path }) => `${program}/${path}`);
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(join(dist, path))])));
}

const build = (page) => page.locator('meta[name=build]').count();
/** What is kept of a file: one answer for each revision. */
const revisions = (page, file) =>
  page.evaluate(async (file) => {
    const caches = await Promise.all((await self.caches.keys()).map((name) => self.caches.open(name)));
    const all = (await Promise.all(caches.map((cache) => cache.keys()))).flat();
    return all.filter(({ url }) => new URL(url).pathname.endsWith(file)).length;
  }, file);

test('a newer build is offered, waits for the run and for other tabs, and is taken whole', async () => {
  await withBuild(await changes(), async (second) => {
    await withPage({}, async (page, { context, server, url }) => {
      const studio = new Studio(page);
      await studio.ready();
      await kept(page);
      server.site.folder = second;
      await page.reload();
      await studio.ready();
      assert.equal(await build(page), 0, 'what is kept is used');
      const notice = page.getByRole('status').filter({ hasText: 'A new version is ready' });
      await notice.waitFor();
      const reload = notice.getByRole('button', { name: 'Reload' });

      await studio.loadTinyModel();
      await studio.loadSamples();
      await studio.recipe({ 'batch-size': 4, steps: 100000, 'eval-every': 0, pooler: 'avg: mean of all tokens' });
      await studio.train();
      await studio.reach(1);
      await notice.getByText('would end the run').waitFor();
      assert.ok(await reload.isDisabled());
      await studio.button('Stop').click();
      await studio.phase('Stopped');

      await notice.getByRole('button', { name: 'Later' }).click();
      await notice.waitFor({ state: 'hidden' });
      await studio.button('A new version is ready').click();
      const other = await context.newPage();
      await other.goto(`${url}?start=empty`);
      await other.locator('.offline-line').getByText('Ready').waitFor();
      await reload.click();
      await notice.getByText('open in another tab').waitFor();
      assert.equal(await build(page), 0);
      await other.close();

      await Promise.all([page.waitForEvent('load'), reload.click()]);
      assert.equal(await build(page), 1);
      await studio.ready();
      await kept(page);
      assert.equal(await revisions(page, '/index.html'), 1, 'the old build is removed');
      await server.close();
      await page.reload();
      await studio.ready();
      assert.equal(await build(page), 1);
    });
  });
});

test('files that do not belong together are not kept; the page works, and tries again', async () => {
  const first = await readFile(join(dist, 'index.html'), 'utf8');
  const old = await programFiles();
  await withBuild(await changes(), async (folder) => {
    // As a host is in the middle of an update: the new list and files, and one old file.
    const mixtures = [{ 'charts.js': `${await readFile(join(dist, 'charts.js'))}\n` }, { 'index.html': first, ...old }];
    for (const files of mixtures) {
      await withPage({ expectErrors: true, site: { folder, files } }, async (page, { server }) => {
        const studio = new Studio(page);
        await studio.ready();
        await line(page).getByText('Not kept for offline use yet').waitFor();
        assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active ?? null), null);
        await studio.loadTinyModel();
        assert.equal((await studio.compare(['a cat', 'a dog'])).length, 2);
        server.site.files = {};
        await page.reload();
        await studio.ready();
        await kept(page);
      });
    }
  });
});

test('a file that cannot be had while the site is being saved is fetched later, without a new visit', async () => {
  const files = { 'charts.js': `${await readFile(join(dist, 'charts.js'))}\n` };
  const events = [
    ['when the network is back', (page) => page.evaluate(() => dispatchEvent(new Event('online')))],
    ['after a while', () => {}],
  ];
  for (const [when, wait] of events) {
    await withPage({ expectErrors: true, site: { files } }, async (page, { server }) => {
      await line(page).getByText('Not kept for offline use yet').waitFor();
      server.site.files = {};
      await wait(page);
      await kept(page);
      await server.close();
      await page.reload();
      await new Studio(page).ready();
      assert.equal(await line(page).innerText(), 'Ready to work offline', when);
    });
  }
});

test('a browser without room says so, keeps nothing and works on', async () => {
  await withPage({ expectErrors: true, path: 'api/example.html' }, async (page, { url }) => {
    await withQuota(page, 1e6, async () => {
      await page.goto(`${url}?start=empty`);
      const studio = new Studio(page);
      await studio.ready();
      await line(page).getByText('the browser has no room for it').waitFor();
      assert.equal(await revisions(page, '.js'), 0, 'nothing is left over');
      await studio.loadTinyModel();
      assert.equal((await studio.compare(['a cat', 'a dog'])).length, 2);
    });
    await page.reload();
    await kept(page);
  });
});

test('a browser that saves data is not used unasked', async () => {
  const beforeLoad = (page) =>
    page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await withPage({ beforeLoad }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await line(page).getByText('as this browser is set to save data').waitFor();
    assert.deepEqual(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0);
    await studio.button('Keep it').click();
    await kept(page);
  });
});

test('where nothing can be kept, the page says so and works', async () => {
  const beforeLoad = (page) =>
    page.addInitScript(() => {
      navigator.serviceWorker.register = () => Promise.reject(new DOMException('not in this window', 'SecurityError'));
    });
  await withPage({ beforeLoad }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await line(page).getByText('does not allow it').waitFor();
    await studio.loadTinyModel();
  });
});

test('the site can be installed, under its own name and icons', async () => {
  await withPage({}, async (page, { context, url }) => {
    const devtools = await context.newCDPSession(page);
    const { errors, data } = await devtools.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data);
    assert.equal(manifest.name, 'SimCSE Lab');
    for (const { src, sizes, type } of manifest.icons) {
      const answer = await page.request.get(new URL(src, url).href);
      assert.equal(answer.headers()['content-type'], type);
      if (type !== 'image/png') continue;
      const png = await answer.body();
      assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes, src);
    }
    const touch = await page.locator('link[rel=apple-touch-icon]').getAttribute('href');
    assert.equal((await (await page.request.get(new URL(touch, url).href)).body()).readUInt32BE(16), 180);
    await kept(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    // Playwright's contexts are private windows.
    assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
  });
});
