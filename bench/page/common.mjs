// What the scripts of this folder share: options, a model folder as files, and the page they measure.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { withPage } from '../../tests/e2e/harness.mjs';
import { Studio } from '../../tests/e2e/studio.mjs';

/** Reads `--name value` options; those without a default must be given. */
export function options(defaults) {
  const described = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options: described });
  const all = { ...defaults, ...values };
  const missing = Object.keys(all).filter((name) => all[name] === undefined);
  if (missing.length > 0) {
    console.error(`needed: ${missing.map((name) => `--${name}`).join(' ')}`);
    process.exit(2);
  }
  return all;
}

/** The files of a model folder on this machine; without one, the model that comes with the site. */
export async function loadModel(studio, folder) {
  if (!folder) {
    await studio.loadSiteModel();
    return;
  }
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'vocab.txt', 'vocab.json', 'merges.txt'];
  const present = (await readdir(folder)).filter((name) => names.includes(name));
  await studio.give('model-files', present.map((name) => join(folder, name)));
  await studio.modelLoaded();
}

export async function loadTexts(studio, { data, sts }) {
  const loaded = (path) => studio.page.locator('.loaded-name', { hasText: path.split('/').at(-1) }).waitFor();
  if (data) {
    await studio.give('training-file', data);
    await loaded(data);
  }
  if (sts) {
    await studio.give('evaluation-file', sts);
    await loaded(sts);
  }
}

/** Opens the page for hours if need be and names the adapter. */
export async function measure(use) {
  await withPage({}, async (page, place) => {
    const studio = new Studio(page);
    page.setDefaultTimeout(4 * 3600 * 1000);
    await studio.ready();
    const adapter = await page.locator('.chip-slow, .chip-ready').innerText();
    console.log(JSON.stringify({ adapter, browser: place.context.browser().version() }));
    await use(studio, page);
  });
}
