// What computes: a GPU or the CPU, chosen by itself, in the address or on the page. Everything works on either.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file, tinyTexts as texts } from './tiny_model.mjs';

const recipe = { 'batch-size': 4, steps: 6, 'learning-rate': '1e-2', 'max-length': 16, pooler: 'avg: mean of all tokens' };
const sentences = ['the cat sat', 'a dog runs'];

async function trained(studio) {
  await studio.give('training-file', [file('texts.txt', texts)]);
  await studio.page.getByText('texts.txt').first().waitFor();
  await studio.recipe(recipe);
  await studio.train();
  await studio.phase('Finished');
  assert.equal(await studio.step(), 6);
  return studio.takeHome('Weights (.safetensors)');
}

async function menu(page) {
  const menu = page.locator('details.device-menu');
  await menu.locator('summary').first().click();
  return menu;
}

test('a browser without WebGPU trains on the CPU, says on how many cores, and why', async () => {
  await withPage({ webgpu: false }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const device = await menu(page);
    await device.getByText(cores === 1 ? 'CPU, 1 core' : `CPU, ${cores} cores`, { exact: true }).waitFor();
    await device.getByText('Where WebGPU works').click();
    const words = await device.innerText();
    for (const expected of ['Why not a GPU?', 'Chrome', 'Firefox', 'Safari']) assert.ok(words.includes(expected), expected);
    await studio.loadTinyModel();
    await trained(studio);
  });
});

test('over plain http from another machine the CPU computes, and the page says what https would give', async () => {
  await withPage({ host: 'lab.test', site: { isolated: false } }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    const words = await (await menu(page)).innerText();
    assert.match(words, /opened over plain http, as http:\/\/lab\.test/);
    await studio.loadTinyModel();
    await trained(studio);
  });
});

test('the address chooses; the menu changes it between runs, is remembered, and both compute the same', async () => {
  await withPage({ path: '?device=gpu' }, async (page, { url }) => {
    let studio = new Studio(page);
    await studio.ready();
    let device = await menu(page);
    await device.getByText(/emulates a GPU on the CPU/).waitFor();
    assert.ok(await device.getByRole('radio', { name: 'the GPU', exact: true }).isChecked());
    const open = () => device.evaluate((menu) => menu.open);
    await page.keyboard.press('Escape');
    assert.equal(await open(), false);
    assert.ok(await device.locator('summary').first().evaluate((handle) => handle === document.activeElement));
    await menu(page);
    await page.getByRole('heading', { level: 1 }).first().click();
    assert.equal(await open(), false);
    await studio.loadTinyModel();
    const [[, gpu]] = await studio.compare(sentences);
    await menu(page);
    await device.getByRole('radio', { name: 'the CPU', exact: true }).check();
    await device.getByText(/^CPU, \d+ cores?$/).waitFor();
    const [[, cpu]] = await studio.compare(sentences);
    assert.ok(Math.abs(gpu - cpu) <= 0.001, `${gpu} and ${cpu}`);
    await trained(studio);
    await page.goto(`${url}?start=empty`);
    studio = new Studio(page);
    await studio.ready();
    device = await menu(page);
    assert.ok(await device.getByRole('radio', { name: 'the CPU', exact: true }).isChecked());
  });
});

test('on the CPU the same seed gives the same bytes on one core and on several', async () => {
  const weights = [];
  for (const isolated of [true, false]) {
    await withPage({ webgpu: false, site: { isolated } }, async (page) => {
      assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
      const studio = new Studio(page);
      await studio.ready();
      await studio.loadTinyModel();
      weights.push((await trained(studio)).bytes);
    });
  }
  assert.deepEqual(weights[0], weights[1]);
});

test('on a host that isolates no page, the service worker does, and an untouched page is loaded once more', async () => {
  await withPage({ webgpu: false, site: { isolated: false } }, async (page) => {
    assert.equal(await page.evaluate(() => crossOriginIsolated), false);
    await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 120_000 });
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await trained(studio);
  });
});

test('a run that the GPU has no room for can go to the CPU', async () => {
  await withPage({ path: '?device=gpu' }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.give('training-file', [file('texts.txt', texts)]);
    await page.getByText('texts.txt').first().waitFor();
    await studio.recipe(recipe);
    // No machine that tests run on has a GPU that small: it says so for AdamW's moments, as a full one would.
    await page.workers()[0].evaluate(() => {
      const { createBuffer } = GPUDevice.prototype;
      GPUDevice.prototype.createBuffer = function (descriptor) {
        if (descriptor.label === 'first moments') {
          const error = new GPUOutOfMemoryError('full');
          this.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
        }
        return createBuffer.call(this, descriptor);
      };
    });
    await studio.train();
    await page.getByText('This GPU has too little memory for the run.', { exact: false }).waitFor();
    await studio.button('Use the CPU').click();
    await page.locator('.device-menu .chip').getByText(/^CPU, /).waitFor();
    await studio.train();
    await studio.phase('Finished');
  });
});
