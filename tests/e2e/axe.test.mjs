// Every view against axe's rules, in both colour schemes and languages: nothing serious, nothing critical.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds of weight in what is shown: rule, element, what to do. */
async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}\n  ${failureSummary}`));
}

/** The studio's tabs, each with what stands under it. */
async function tabs(page) {
  const found = [];
  for (const tab of await page.locator('#run').getByRole('tab').all()) {
    await tab.click();
    await page.waitForTimeout(100);
    found.push(...(await faults(page)));
  }
  return found;
}

async function views(page) {
  const links = page.getByRole('navigation').getByRole('link');
  const found = [];
  for (let index = 0; index < (await links.count()); index += 1) {
    await links.nth(index).click();
    await page.waitForTimeout(100);
    found.push(...(await faults(page)));
    if (index === 0) found.push(...(await tabs(page)));
  }
  const lessons = await page.locator('.lesson-card').evaluateAll((cards) => cards.map((card) => card.hash));
  for (const lesson of lessons) {
    await page.evaluate((hash) => void (location.hash = hash), lesson);
    await page.waitForTimeout(200);
    found.push(...(await faults(page)));
  }
  return found;
}

for (const [colorScheme, locale] of [['light', 'en-US'], ['dark', 'zh-CN']]) {
  test(`axe finds nothing serious, ${colorScheme}, ${locale}`, async () => {
    await withPage({ context: { colorScheme, locale } }, async (page) => {
      const studio = new Studio(page);
      await studio.ready();
      const device = page.locator('.device-menu > summary');
      await device.click();
      assert.deepEqual(await faults(page), [], 'with the menu of devices open');
      await device.click();
      assert.deepEqual(await views(page), []);
    });
  });
}

test('axe finds nothing serious with a model loaded, a run behind it and everything unfolded', async () => {
  await withPage({ context: { colorScheme: 'dark' } }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    await studio.recipe({ 'batch-size': 2, steps: 2, 'eval-every': 1 });
    await studio.train();
    await studio.phase('Finished');
    await page.evaluate(() => document.querySelectorAll('.rail details').forEach((details) => (details.open = true)));
    const length = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(length < 2500, `the rail scrolls by itself, and the page is ${length} pixels long`);
    // A view is made when it is first looked at.
    const visit = (place) => page.evaluate((place) => void (location.hash = place), place);
    for (const place of ['#/evaluation', '#/verify', '#/playground']) {
      await visit(place);
      await page.locator('.view:not([hidden]) h1').waitFor();
    }
    await visit('#/lessons/dropout');
    await page.locator('.clouds').waitFor();
    await page.evaluate(() => document.querySelectorAll('details:not(.device-menu)').forEach((details) => (details.open = true)));
    await page.locator('#playground-panel-matrix .matrix table').waitFor({ state: 'attached' });
    await page.setViewportSize({ width: 380, height: 800 });
    assert.deepEqual(await views(page), []);
  });
});
