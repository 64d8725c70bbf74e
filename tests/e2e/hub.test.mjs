// Models by their id, from a server laid out as the Hugging Face hub is. The page asks it when told to and not before,
// keeps what it got, and says in words what went wrong.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { config, tinyModel } from './tiny_model.mjs';

const files = (changes) => Object.fromEntries(tinyModel(changes).map(({ name, buffer }) => [name, buffer]));

/**
 * A hub of `models`: id@revision → name → content. `log` holds what was asked for, `hold` the promise that a body's
 * second half waits for, `cut` whether weights break off in the middle.
 */
async function startHub(models) {
  const hub = { log: [], hold: undefined, cut: false };
  const server = createServer(async (request, response) => {
    hub.log.push(`${request.method} ${request.url}`);
    const match = request.url.match(/^\/(.+?)\/resolve\/([^/]+)\/(.+)$/);
    const content = match && models[`${match[1]}@${decodeURIComponent(match[2])}`]?.[match[3]];
    response.setHeader('access-control-allow-origin', '*');
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': content.length });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const half = content.length >> 1;
    response.write(content.subarray(0, half));
    if (match[3].endsWith('.safetensors')) {
      if (hub.cut) {
        setTimeout(() => response.destroy(), 50);
        return;
      }
      await hub.hold;
    }
    response.end(content.subarray(half));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  hub.url = `http://127.0.0.1:${server.address().port}`;
  hub.stop = () => new Promise((stopped) => server.close(stopped).closeAllConnections?.());
  return hub;
}

const pooling = JSON.stringify({ word_embedding_dimension: 32, pooling_mode_cls_token: true, pooling_mode_mean_tokens: false });
const modules = JSON.stringify([
  { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
  { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
]);
const sentences = {
  ...files(),
  'modules.json': Buffer.from(modules),
  '1_Pooling/config.json': Buffer.from(pooling),
};

/** The caches of downloaded models. */
const downloaded = (page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('simcse-lab-hub ')));

/** Opens the page with a hub of `models`; the 404s that it takes to find out what there is are no faults. */
async function withHub(models, use) {
  const hub = await startHub(models);
  try {
    await withPage({ hub: hub.url, expectErrors: true }, async (page, browser) => {
      const studio = new Studio(page);
      await studio.ready();
      const card = studio.card('Model');
      const ask = async (id) => {
        await studio.unfold('Load another model', card);
        await card.getByLabel('Hugging Face model id').fill(id);
        await card.getByRole('button', { name: 'Download', exact: true }).click();
      };
      const refusal = async () => {
        const alert = card.getByRole('alert').filter({ hasText: 'was not' });
        await alert.waitFor();
        const words = await alert.innerText();
        await alert.getByRole('button', { name: 'Dismiss' }).click();
        return words;
      };
      await use({ page, hub, studio, card, ask, refusal, ...browser });
    });
  } finally {
    await hub.stop();
  }
}

test('a model is downloaded by id with progress, and loaded again without a request', async () => {
  await withHub({ 'lab/tiny@main': sentences }, async ({ page, hub, studio, card, ask }) => {
    assert.match(await card.innerText(), new RegExp(`asks ${new URL(hub.url).host}`), 'says whom it will ask');
    assert.deepEqual(hub.log, [], 'nothing is asked before the visitor says so');
    let release;
    hub.hold = new Promise((released) => (release = released));
    await ask('lab/tiny');
    await card.locator('.progress-label', { hasText: /Downloading: [\d.]+ (bytes|kB) of [\d.]+ kB/ }).waitFor();
    assert.ok(await card.getByRole('button', { name: 'Cancel' }).isVisible());
    release();
    await studio.modelLoaded();
    assert.match(await card.locator('.loaded').innerText(), /tiny is loaded/);
    assert.match(await card.locator('.facts').innerText(), /cls_before_pooler/, '1_Pooling was read');
    const first = await studio.compare(['the cat', 'a dog']);

    const asked = hub.log.length;
    await page.reload();
    await studio.ready();
    const stored = card.locator('.offer', { hasText: 'lab/tiny' });
    assert.match(await stored.innerText(), /\d+ kB in this browser/);
    await stored.getByRole('button', { name: 'Load lab/tiny' }).click();
    await studio.modelLoaded();
    assert.deepEqual(await studio.compare(['the cat', 'a dog']), first);
    await ask('lab/tiny');
    // A model is loaded already; the inputs fold when the new one is.
    await card.locator('details:not([open])', { hasText: 'Load another model' }).waitFor();
    assert.equal(hub.log.length, asked, hub.log.slice(asked).join('\n'));

    await studio.unfold('Load another model', card);
    await stored.getByRole('button', { name: 'Remove lab/tiny from this browser' }).click();
    await stored.waitFor({ state: 'detached' });
    assert.deepEqual(await downloaded(page), []);
    assert.ok(await card.getByText('is loaded').isVisible(), 'what is loaded stays');
  });
});

test('a model with a pooling of its own is used with it, twice as wide, and trained with another', async () => {
  const own = { word_embedding_dimension: 32, pooling_mode_max_tokens: true, pooling_mode_mean_tokens: true };
  const prompts = JSON.stringify({ prompts: { query: 'a ' }, default_prompt_name: 'query' });
  const folder = {
    ...sentences,
    '1_Pooling/config.json': Buffer.from(JSON.stringify(own)),
    'config_sentence_transformers.json': Buffer.from(prompts),
  };
  await withHub({ 'lab/own@main': folder }, async ({ page, studio, card, ask }) => {
    await ask('lab/own');
    await studio.modelLoaded();
    assert.match(await card.locator('.facts').innerText(), /own/);
    assert.match(await card.innerText(), /"a " stands before every text/, 'what is done to texts is said');
    await studio.go('Playground');
    assert.equal(await page.locator('#playground-pooler').evaluate((select) => select.selectedOptions[0].text), 'own');
    const cosines = await studio.compareHere(['the cat', 'a dog', 'blue sky']);
    assert.ok(Math.abs(cosines[0][0] - 1) < 1e-3 && cosines[0][1] < 0.9999, JSON.stringify(cosines));
    await page.locator('#playground-pooler').selectOption('avg');
    assert.notDeepEqual(await studio.compareHere(['the cat', 'a dog', 'blue sky']), cosines);
    await studio.go('Studio');
    await studio.loadTinyTexts();
    await studio.recipe({ steps: 2, 'batch-size': 2 });
    assert.ok(!(await page.locator('#pooler').innerText()).includes('own'), 'nothing trains it');
    await studio.train();
    await studio.phase('Finished');
  });
});

test('a sharded model of another revision is downloaded; a cancelled download keeps nothing', async () => {
  const { 'model.safetensors': whole, ...rest } = files();
  const index = { metadata: { total_size: whole.length }, weight_map: { x: 'weights.safetensors' } };
  const sharded = { ...rest, 'model.safetensors.index.json': Buffer.from(JSON.stringify(index)), 'weights.safetensors': whole };
  await withHub({ 'lab/tiny@refs/pr/1': sharded }, async ({ page, hub, studio, card, ask }) => {
    let release;
    hub.hold = new Promise((released) => (release = released));
    await ask('lab/tiny@refs/pr/1');
    await card.locator('.progress-label', { hasText: 'Downloading' }).waitFor();
    await page.waitForTimeout(300);
    await card.getByRole('button', { name: 'Cancel' }).click();
    await card.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
    assert.equal(await card.getByRole('alert').filter({ hasText: 'was not' }).count(), 0, 'a cancel is no error');
    assert.deepEqual(await downloaded(page), []);
    release();
    await ask('lab/tiny@refs/pr/1');
    await studio.modelLoaded();
    assert.ok(hub.log.includes('GET /lab/tiny/resolve/refs%2Fpr%2F1/weights.safetensors'), hub.log.join('\n'));
  });
});

test('what cannot be had is refused in words, nothing of it is kept, and the loaded model stays', async () => {
  const pickled = { ...files({ 'model.safetensors': null }), 'pytorch_model.bin': Buffer.from('x') };
  const other = files({ 'config.json': JSON.stringify(config({ model_type: 'gpt2' })) });
  const models = { 'lab/tiny@main': files(), 'lab/pickled@main': pickled, 'lab/other@main': other };
  await withHub(models, async ({ page, hub, studio, card, ask, refusal, context }) => {
    await studio.loadTinyModel();
    await ask('no model');
    assert.match(await refusal(), /“no model” is no model id; expected owner\/name/);
    assert.deepEqual(hub.log, [], 'a wrong id is nothing to ask for');
    await ask('lab/unknown');
    assert.match(await refusal(), /there is no model lab\/unknown at http.*Check owner, name and revision/);
    await ask('lab/tiny@v9');
    assert.match(await refusal(), /no model lab\/tiny@v9/);
    await ask('lab/pickled');
    assert.match(await refusal(), /pytorch_model\.bin only.*AutoModel\.from_pretrained\("lab\/pickled"\)\.save_pretrained/);
    await ask('lab/other');
    assert.match(await refusal(), /gpt2/);
    assert.ok(!hub.log.some((line) => line.includes('lab/other') && line.includes('safetensors')), 'found out early');

    hub.cut = true;
    await ask('lab/tiny');
    assert.match(await refusal(), /model\.safetensors broke off after \d+ of \d+ bytes; nothing of the model was kept/);
    hub.cut = false;
    await context.setOffline(true);
    await ask('lab/tiny');
    assert.match(await refusal(), /offline|could not be reached/);
    await context.setOffline(false);
    const devtools = await context.newCDPSession(page);
    const origin = new URL(page.url()).origin;
    // Room for a little more than the site, once that is kept.
    await page.locator('.offline-ready').waitFor();
    const { usage } = await page.evaluate(() => navigator.storage.estimate());
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 20_000 });
    await ask('lab/tiny');
    assert.match(await refusal(), /no room for model\.safetensors.*Remove downloaded models/);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });

    assert.deepEqual(await downloaded(page), []);
    assert.ok(await card.getByText('is loaded').isVisible());
    await hub.stop();
    await ask('lab/tiny');
    assert.match(await refusal(), /could not be reached.*CORS/);
  });
});
