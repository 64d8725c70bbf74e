// The developers' panel: where a step's time goes, which kind of matrix product is used, and what of it is remembered.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file, tinyTexts as texts } from './tiny_model.mjs';

const recipe = { 'batch-size': 4, steps: 2, 'learning-rate': '1e-3', 'max-length': 16, pooler: 'avg: mean of all tokens' };
// Letters of the texts' words with [CLS] and [SEP]: the tiny model's pieces. Any four of the six are encoded, twice.
const lengths = texts.split('\n').map((text) => text.replaceAll(' ', '').length + 2);

async function open(page) {
  const studio = new Studio(page);
  await studio.ready();
  await studio.tab('speed');
  return { studio, panel: page.locator('.profile') };
}

async function load(studio) {
  await studio.loadTinyModel();
  await studio.give('training-file', [file('texts.txt', texts)]);
  await studio.page.getByText('texts.txt').first().waitFor();
  await studio.recipe(recipe);
}

const region = (panel, name) => panel.getByRole('region', { name, exact: true });

/** Cells of a table's body, row by row. */
async function rows(table) {
  return table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
}

async function figures(panel) {
  const pairs = await panel.locator('.figures > div').evaluateAll((all) =>
    all.map((pair) => [...pair.children].map((part) => part.textContent)),
  );
  return Object.fromEntries(pairs);
}

async function profiled(studio, panel) {
  await studio.button('Profile a step').click();
  await region(panel, 'A step').waitFor();
  const { name, bytes } = await studio.download('Download JSON');
  assert.equal(name, 'simcse-lab-profile.json');
  return JSON.parse(bytes);
}

test('a step is profiled, and a run is what it was before', async () => {
  await withPage({ context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
    const { studio, panel } = await open(page);
    assert.ok(await studio.button('Profile a step').isDisabled());
    assert.match(await panel.innerText(), /Still needed: a model/);
    await load(studio);
    const sentences = ['the cat sat', 'a dog runs', 'blue sky'];
    const before = await studio.compare(sentences);
    const { profile, expected_bytes: expected } = await profiled(studio, panel);
    assert.deepEqual([profile.layers, profile.hidden, profile.rows], [2, 32, 8]);
    const sorted = [...lengths].sort((a, b) => a - b);
    const twice = (some) => 2 * some.reduce((sum, length) => sum + length, 0);
    assert.ok(profile.tokens >= twice(sorted.slice(0, 4)) && profile.tokens <= twice(sorted.slice(-4)), `${profile.tokens}`);
    assert.ok(profile.step_milliseconds > profile.host_milliseconds && profile.host_milliseconds > 0);
    // The estimate counts what is then allocated, buffer by buffer.
    assert.equal(profile.buffers.reduce((sum, [, bytes]) => sum + bytes, 0), expected);

    const shown = await figures(panel);
    assert.equal(shown.Dispatches, String(profile.dispatches));
    assert.equal(shown['Dispatches per layer'], String(profile.dispatches_per_layer));
    assert.equal(shown['GPU memory'], shown.Expected);
    assert.match(await panel.innerText(), new RegExp(`none of the ${profile.tokens} tokens is padding`));

    const kernels = await rows(region(panel, 'Kernels of a training step'));
    assert.equal(kernels.length, profile.kernels.length);
    const percent = kernels.reduce((sum, row) => sum + Number.parseFloat(row[4]), 0);
    // Each share is rounded to 0.1 %.
    assert.ok(Math.abs(percent - 100) <= 0.05 * kernels.length, `shares add up to ${percent} %`);
    assert.equal(kernels.reduce((sum, row) => sum + Number(row[2]), 0), profile.dispatches);
    assert.ok(kernels.some(([name]) => name === 'adamw'), 'the update is in it');
    const buffers = await rows(region(panel, 'GPU buffers by size'));
    assert.equal(buffers.filter(([label]) => label === 'gradients').length, 1);

    await studio.button('Copy as Markdown').click();
    await panel.getByText('Copied.').waitFor();
    const markdown = await page.evaluate(() => navigator.clipboard.readText());
    for (const [name] of kernels) assert.ok(markdown.includes(`| ${name} |`), name);

    assert.deepEqual(await studio.compare(sentences), before, 'the loaded weights are untouched');
    await studio.train();
    await studio.phase('Finished');
    assert.equal(await studio.step(), 2);
  });
});

test('tuning shows ceilings, is kept for the next visit, and is taken up there', async () => {
  await withPage({ path: '?device=gpu' }, async (page) => {
    let { studio, panel } = await open(page);
    assert.equal(await page.evaluate(() => localStorage.length), 0, 'a software adapter is not tuned unasked');
    await studio.button('Tune matrix products').click();
    const ceilings = region(panel, 'Ceilings');
    await ceilings.waitFor();
    const measured = await rows(ceilings);
    const rate = (row) => Number(row[1].split(' ')[0].replaceAll(',', ''));
    assert.ok(measured.length === 4 && measured.every((row) => rate(row) > 0), JSON.stringify(measured));
    assert.match(measured.at(-1)[1], /GB\/s$/);
    const products = measured.slice(0, -1);
    const used = products.filter(([name]) => name.includes('in use'));
    assert.equal(used.length, 1);
    assert.equal(rate(used[0]), Math.max(...products.map(rate)));

    const [key, kept] = await page.evaluate(() => Object.entries(localStorage)[0]);
    assert.match(key, /^simcse-lab \d+\.\d+\.\d+ matmul: /);
    assert.ok(used[0][0].includes(JSON.parse(kept)), `${kept} is ${used[0][0]}`);
    // Another kind than the device's default, to see that what is kept is what is used.
    await page.evaluate((at) => localStorage.setItem(at, '"large"'), key);
    await page.reload();
    ({ studio, panel } = await open(page));
    await panel.getByText('Matrix products: large').waitFor();
    await load(studio);
    assert.equal((await profiled(studio, panel)).matmul, 'large');
    assert.match((await rows(ceilings)).find(([name]) => name.includes('in use'))[0], /large/);
  });
});

test('tuning works without storage, and measuring is disabled during a run', async () => {
  const beforeLoad = (page) =>
    page.addInitScript(() => {
      const refuse = { get: () => { throw new DOMException('no storage', 'SecurityError'); } };
      Object.defineProperty(window, 'localStorage', refuse);
    });
  await withPage({ beforeLoad, path: '?device=gpu' }, async (page) => {
    const { studio, panel } = await open(page);
    await studio.button('Tune matrix products').click();
    await region(panel, 'Ceilings').waitFor();
    await load(studio);
    await studio.recipe({ steps: 200 });
    await studio.train();
    await studio.reach(1);
    for (const name of ['Profile a step', 'Tune matrix products']) assert.ok(await studio.button(name).isDisabled(), name);
    assert.match(await panel.innerText(), /stop it to measure/);
    await studio.button('Stop').click();
    await studio.phase('Stopped');
    assert.ok(await studio.button('Profile a step').isEnabled());
  });
});
