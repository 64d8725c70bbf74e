// What the device computes, checked on the page: a table that passes on a sound device, on both of them, and names what is
// wrong on another.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const engine = [
  'embedding', 'layer_norm', 'linear', 'attention', 'pool', 'tanh', 'contrastive', 'mlm', 'optimizer', 'grid',
  'gradients', 'rerun',
];
/** Its vectors are the last part. */
const parts = engine.length + 1;
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

async function open(page) {
  const studio = new Studio(page);
  await studio.ready();
  await page.evaluate(() => void (location.hash = '#/verify'));
  return { studio, view: page.locator('.view:not([hidden])') };
}

/** Has nothing but these parts checked: on a GPU that the CPU imitates all of them take minutes. */
async function only(studio, view, words, parts) {
  await studio.unfold(words, view);
  for (const part of parts) await view.getByRole('checkbox', { name: part, exact: true }).check();
}

/** Cells of the table's body, row by row. */
async function rows(view) {
  const table = view.getByRole('region', { name: 'Largest errors beside their tolerances' });
  return table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
}

for (const [name, path, device, chosen] of [
  ['the CPU', '', /^CPU, \d+ cores?,/, []],
  ['a GPU', '?device=gpu', /swiftshader/i, ['layer_norm', 'pool', 'vectors']],
]) {
  test(`on ${name} every part passes, and the report has all of them`, async () => {
    await withPage({ path, context: clipboard }, async (page) => {
      const studio = new Studio(page);
      await studio.ready();
      const menu = page.locator('details.device-menu');
      await menu.locator('summary').first().click();
      await menu.getByRole('link', { name: 'Verify what this device computes' }).click();
      assert.equal(await menu.evaluate((details) => details.open), false);
      const view = page.locator('.view:not([hidden])');
      await view.getByRole('heading', { level: 1, name: 'Verify on this device' }).waitFor();
      assert.equal(await view.getByRole('progressbar').count() + (await view.locator('table').count()), 0, 'nothing starts by itself');

      await only(studio, view, 'Only some parts', chosen);
      const started = Date.now();
      await studio.button('Start').click();
      await view.getByText(new RegExp(`Checking, parts done: \\d+ of ${chosen.length || parts}`)).waitFor();
      assert.ok(await studio.button('Start').isDisabled());
      await view.getByRole('heading', { name: /checks (passed|failed)/ }).waitFor();
      console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);

      const found = await rows(view);
      const wrong = found.filter((row) => row.at(-1) !== 'passed');
      assert.deepEqual(wrong, []);
      const verdict = chosen.length === 0
        ? `All ${found.length} checks passed`
        : `${found.length} checks passed, parts not checked: ${parts - chosen.length}`;
      await view.getByRole('heading', { name: verdict }).waitFor();
      assert.match(await view.innerText(), new RegExp(device.source.replace('^', ''), 'm'));
      const checked = [...engine, 'vectors, starter'].filter((part) => chosen.length === 0 || chosen.includes(part.split(',')[0]));
      assert.deepEqual([...new Set(found.map(([part]) => part))], checked);
      for (const [, quantity, cases, error, tolerance] of found) {
        assert.ok(Number(cases) > 0 && Number(error) <= Number(tolerance), `${quantity}: ${error}, ${tolerance}`);
      }
      // Rounding is there to be seen, in all but what is counted.
      assert.ok(found.filter(([, , , error]) => Number(error) > 0).length > found.length / 2);

      await studio.button('Copy report').click();
      await view.getByText('Copied.').waitFor();
      const report = await page.evaluate(() => navigator.clipboard.readText());
      const { name: file, bytes } = await studio.download('Download as text');
      assert.equal(file, 'simcse-lab-verification.txt');
      assert.equal(bytes.toString(), report);
      assert.match(report, new RegExp(`^SimCSE Lab \\d+\\.\\d+\\.\\d+: ${verdict.replace('All', 'all')}\n`));
      assert.match(report, /^device: .+$/m);
      assert.match(report, /^system: Mozilla\/5\.0 .*Chrome/m);
      const lines = report.split('\n');
      const left = lines.filter((line) => line.endsWith('not checked: it was not asked for')).map((line) => line.split(' ')[0]);
      assert.deepEqual(left, chosen.length === 0 ? [] : engine.filter((part) => !chosen.includes(part)));
      for (const [part, quantity, , error] of found) {
        const line = lines.find((each) => each.startsWith(`${part} `) && each.includes(` ${quantity} `));
        assert.ok(line?.includes(error) && line.endsWith('passed'), `${part}, ${quantity}`);
      }
    });
  });
}

test('it is refused in words during a run, and takes nothing from what is loaded', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    const before = await studio.compare(['the cat sat', 'a dog runs']);
    await studio.recipe({ 'batch-size': 2, steps: 20000, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.reach(1);
    await page.evaluate(() => void (location.hash = '#/verify'));
    const view = page.locator('.view:not([hidden])');
    await view.getByText('The run is using the device: stop it to verify.').waitFor();
    assert.ok(await studio.button('Start').isDisabled());
    await page.evaluate(() => void (location.hash = '#/studio'));
    await studio.button('Stop').click();
    await studio.phase('Stopped');
    await page.evaluate(() => void (location.hash = '#/verify'));
    await studio.button('Start').click();
    await view.getByRole('heading', { name: /^All \d+ checks passed$/ }).waitFor();
    await page.evaluate(() => void (location.hash = '#/playground'));
    await page.locator('label[for=playground-weights-0]').click();
    await page.locator('.matrix-caption', { hasText: 'Loaded weights' }).first().waitFor();
    assert.deepEqual(await studio.compareHere(['the cat sat', 'a dog runs']), before);
  });
});

test('a driver that computes wrongly is found, its kernel named, and the rest is checked all the same', async () => {
  await withPage({ path: '?device=gpu', context: clipboard }, async (page) => {
    const { studio, view } = await open(page);
    // As a miscompiled shader would have it: the gradient of tanh loses its square.
    await page.workers()[0].evaluate(() => {
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        const code = descriptor.code.replace('(1.0 - saved * saved)', '(1.0 - saved)');
        return createShaderModule.call(this, { ...descriptor, code });
      };
    });
    await only(studio, view, 'Only some parts', ['pool', 'tanh', 'gradients']);
    await studio.button('Start').click();
    await view.getByRole('heading', { name: /^\d+ of \d+ checks failed$/ }).waitFor();
    const wrong = (await rows(view)).filter((row) => row.at(-1) === 'failed');
    assert.deepEqual(wrong.map(([part]) => part), ['tanh', 'gradients']);
    assert.match(wrong[0][1], /^da\s+\d+ rows, width \d+: element \d+ is .+ instead of /);
    await studio.button('Copy report').click();
    await view.getByText('Copied.').waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(report, /^SimCSE Lab .+: 2 of \d+ checks FAILED$/m);
    assert.match(report, /^tanh, da, worst case:\n {2}\d+ rows/m);
  });
});

test('a shader that does not compile and a model that cannot be read fail by name, in the page’s language', async () => {
  const files = { 'models/starter/config.json': '{}' };
  await withPage({ path: '?device=gpu', context: { locale: 'zh-CN' }, files, expectErrors: true }, async (page) => {
    const { studio, view } = await open(page);
    await page.workers()[0].evaluate(() => {
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        const code = descriptor.code.replace('fn gather', 'fn gather_(');
        return createShaderModule.call(this, { ...descriptor, code });
      };
    });
    await only(studio, view, '只检查部分', ['mlm', 'pool', 'vectors']);
    await studio.button('开始').click();
    await view.getByRole('heading', { name: /项未通过$/ }).waitFor();
    const broken = await view.locator('.notice').first().locator('li').allInnerTexts();
    assert.equal(broken.length, 2, broken.join('\n'));
    assert.match(broken[0], /^mlm: 着色器/);
    assert.match(broken[1], /^vectors, starter: .*config\.json/);
  });
});

test('it can be cancelled, and says what it did not come to', async () => {
  await withPage({ path: '?device=gpu' }, async (page) => {
    const { studio, view } = await open(page);
    await studio.button('Start').click();
    // The first part is done, the last is minutes away.
    await view.getByText(new RegExp(`Checking, parts done: [1-9]\\d* of ${parts}`)).waitFor();
    await view.getByRole('button', { name: 'Cancel' }).click();
    await view.getByRole('heading', { name: /^\d+ checks passed, parts not checked: \d+$/ }).waitFor();
    const left = await view.locator('.notice li').allInnerTexts();
    assert.equal(left.at(-1), 'vectors, starter: the verification was stopped before its end');
    assert.ok(left.length > 5 && !left.some((line) => line.startsWith('embedding')), left.join('\n'));
    await studio.go('Studio');
    await studio.loadTinyModel();
  });
});
