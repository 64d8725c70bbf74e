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
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

async function open(page) {
  const studio = new Studio(page);
  await studio.ready();
  await page.evaluate(() => void (location.hash = '#/verify'));
  return { studio, view: page.locator('.view:not([hidden])') };
}

/** Cells of the table's body, row by row. */
async function rows(view) {
  const table = view.getByRole('region', { name: 'Largest errors beside their tolerances' });
  return table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
}

for (const [name, path, device] of [['the CPU', '', /^CPU, \d+ cores?,/], ['a GPU', '?device=gpu', /swiftshader/i]]) {
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

      const started = Date.now();
      await studio.button('Start').click();
      await view.getByText(/Checking, parts done: \d+ of 13/).waitFor();
      assert.ok(await studio.button('Start').isDisabled());
      await view.getByRole('heading', { name: /checks (passed|failed)$/ }).waitFor();
      console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);

      const found = await rows(view);
      const wrong = found.filter((row) => row.at(-1) !== 'passed');
      assert.deepEqual(wrong, []);
      await view.getByRole('heading', { name: `All ${found.length} checks passed` }).waitFor();
      assert.match(await view.innerText(), new RegExp(device.source.replace('^', ''), 'm'));
      assert.deepEqual([...new Set(found.map(([part]) => part))], [...engine, 'vectors, starter']);
      for (const [, quantity, cases, error, tolerance] of found) {
        assert.ok(Number(cases) > 0 && Number(error) <= Number(tolerance), `${quantity}: ${error}, ${tolerance}`);
      }
      // Rounding is there to be seen, in all but what is counted.
      assert.ok(found.filter(([, , , error]) => Number(error) > 0).length > 30);

      await studio.button('Copy report').click();
      await view.getByText('Copied.').waitFor();
      const report = await page.evaluate(() => navigator.clipboard.readText());
      const { name: file, bytes } = await studio.download('Download as text');
      assert.equal(file, 'simcse-lab-verification.txt');
      assert.equal(bytes.toString(), report);
      assert.match(report, new RegExp(`^SimCSE Lab \\d+\\.\\d+\\.\\d+: all ${found.length} checks passed\n`));
      assert.match(report, /^device: .+$/m);
      assert.match(report, /^system: Mozilla\/5\.0 .*Chrome/m);
      const lines = report.split('\n');
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
    await studio.recipe({ 'batch-size': 2, steps: 1000 });
    await studio.train();
    await studio.reach(1);
    await page.evaluate(() => void (location.hash = '#/verify'));
    const view = page.locator('.view:not([hidden])');
    await view.getByText('The run has the device: stop it to verify.').waitFor();
    assert.ok(await studio.button('Start').isDisabled());
    await page.evaluate(() => void (location.hash = '#/studio'));
    await studio.button('Stop').click();
    await studio.phase('Stopped');
    await page.evaluate(() => void (location.hash = '#/verify'));
    await studio.button('Start').click();
    await view.getByRole('heading', { name: /^All \d+ checks passed$/ }).waitFor();
    await page.evaluate(() => void (location.hash = '#/playground'));
    await page.getByLabel('Original').check().catch(() => {});
    assert.equal((await studio.compareHere(['the cat sat', 'a dog runs'])).length, before.length);
  });
});

test('a driver that computes wrongly is found, its kernel named, and the rest is checked all the same', async () => {
  await withPage({ path: '?device=gpu', context: clipboard }, async (page) => {
    const { studio, view } = await open(page);
    // As a miscompiled shader would have it: the gradient of tanh loses its square.
    await page.workers()[0].evaluate(() => {
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        const code = descriptor.code.replace('(1.0 - z * z)', '(1.0 - z)');
        return createShaderModule.call(this, { ...descriptor, code });
      };
    });
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
    await studio.button('开始').click();
    await view.getByRole('heading', { name: /项未通过$/ }).waitFor();
    const broken = await view.locator('.notice li').allInnerTexts();
    assert.equal(broken.length, 2, broken.join('\n'));
    assert.match(broken[0], /^mlm: 着色器/);
    assert.match(broken[1], /^vectors, starter: .*config\.json/);
  });
});
