// Links: what is put into one comes out of it, and a bad one says what was left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

test('a shared recipe, sentences and locks come back from the link', async () => {
  await withPage({}, async (page, { url }) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.recipe({ 'batch-size': 24, seed: 11, steps: 30 });
    await studio.go('Playground');
    await page.locator('#playground-text').fill('One & two?\n三 = 3 #4');
    await studio.button('Share').click();
    const dialog = page.getByRole('dialog', { name: 'Share this page as it is' });
    await dialog.getByRole('group', { name: 'Show, but lock' }).getByLabel('Recipe').check();
    await dialog.getByRole('group', { name: 'Hide' }).getByLabel('Evaluation').check();
    const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
    assert.ok(link.startsWith(`${url}?start=empty#/playground?`), link);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    // Another visitor's page: nothing is kept but what the link says.
    await page.goto('about:blank');
    await page.goto(link);
    await studio.ready();
    assert.equal(await page.locator('#playground-text').inputValue(), 'One & two?\n三 = 3 #4');
    const links = await page.getByRole('navigation').getByRole('link').allInnerTexts();
    assert.deepEqual(links, ['Studio', 'Playground', 'Lessons']);
    await studio.go('Studio');
    const recipe = studio.card('Recipe');
    assert.equal(await recipe.locator('#batch-size').inputValue(), '24');
    assert.equal(await recipe.locator('#steps').inputValue(), '30');
    assert.ok(await recipe.locator('#batch-size').isDisabled());
    assert.ok(await recipe.getByText('Locked by the link').isVisible());
    await studio.unfold('All other options', recipe);
    assert.equal(await recipe.locator('#seed').inputValue(), '11');
  });
});

test('a bad link names what it lost and leaves a working page', async () => {
  await withPage({}, async (page, { url }) => {
    const studio = new Studio(page);
    await page.goto(`${url}?start=empty#/attic?batch_size=plenty&learning_rate=2e-4&hide=cellar`);
    await studio.ready();
    const notice = page.getByRole('status').filter({ hasText: 'could not be used' });
    assert.match(await notice.innerText(), /Left out: batch_size, hide, #\./);
    assert.equal(await page.locator('#learning-rate').inputValue(), '2e-4');
    assert.equal(await page.locator('#batch-size').inputValue(), '64');
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
  });
});

test('the page speaks the browser’s language, and the chosen one from then on', async () => {
  await withPage({ context: { locale: 'zh-CN' } }, async (page) => {
    await page.getByRole('heading', { level: 1, name: '在这个标签页里' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    await page.getByLabel('语言', { exact: true }).selectOption('en');
    await page.getByRole('heading', { level: 1, name: 'Teach a sentence encoder' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Teach a sentence encoder' }).waitFor();
  });
});

test('the way of a run goes with its link, and is drawn for whoever opens it', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    await studio.recipe({ 'batch-size': 2, steps: 6, 'eval-every': 2, 'learning-rate': '1e-2' });
    await studio.train();
    await studio.phase('Finished');
    const evaluations = await studio.evaluations();
    await studio.button('Share').click();
    const link = await page.getByRole('dialog').getByLabel('Link', { exact: true }).inputValue();
    assert.match(link, /[?&]trail=0(\.(-?\d+|x)){3}_2(\.(-?\d+|x)){3}_4(\.(-?\d+|x)){3}_6(\.(-?\d+|x)){3}/);

    await page.goto('about:blank');
    await page.goto(link);
    await studio.ready();
    await studio.tab('runs');
    const shared = page.locator('.run-row', { hasText: 'Run from the link' });
    await shared.waitFor();
    assert.ok(await shared.getByRole('checkbox').isChecked());
    assert.match(await shared.innerText(), new RegExp(`best Spearman`));
    await studio.tab('curves');
    await page.locator('.chart-spearman').waitFor();
    const [head, ...points] = await studio.chartFiles('Alignment and uniformity', 'plane');
    assert.deepEqual(head, ['run', 'step', 'spearman', 'alignment', 'uniformity']);
    const ours = points.filter(([run]) => run === 'Run from the link');
    assert.deepEqual(ours.map(([, step]) => Number(step)), [0, 2, 4, 6]);
    for (const [index, [, , , , uniformity]] of ours.entries()) {
      assert.ok(Math.abs(Number(uniformity) - evaluations[index].uniformity) < 1e-3, uniformity);
    }
  });
});
