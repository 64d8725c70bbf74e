// A Chinese visitor with a Chinese encoder: examples, texts and training in Chinese; and with an English one, which takes
// Chinese words for one unknown word, and says so.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { root, withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { characterModel, tinyModel } from './tiny_model.mjs';

const texts = await Promise.all(
  ['chinese-sentences.txt', 'chinese-pairs.tsv', 'chinese-triplets.csv'].map((name) =>
    readFile(join(root, 'www/data', name), 'utf8'),
  ),
);
const loaded = (page) => page.locator('.loaded-name', { hasText: '已载入' }).first().waitFor();
const lines = (page, field) => page.locator(field).inputValue();

test('a Chinese encoder gets Chinese examples, trains on Chinese text and is measured on Chinese pairs', async () => {
  await withPage({ context: { locale: 'zh-CN' } }, async (page) => {
    const studio = new Studio(page);
    page.setDefaultTimeout(60_000);
    await studio.ready();
    const open = async (path) => page.evaluate((hash) => void (location.hash = hash), path);
    await open('#/playground');
    assert.match(await lines(page, '#playground-text'), /The cat is asleep/, 'before there is an encoder');
    await open('#/studio');
    // What the examples are made of must be known too.
    const more = '窗帘眯搅撮盹烤陪审裁弹奏吉奶冰箱喝';
    await studio.give('model-files', characterModel(...texts, more, await readFile(join(root, 'src/app/ui/state/examples.rs'), 'utf8')));
    await loaded(page);

    await open('#/playground');
    const sentences = (await lines(page, '#playground-text')).split('\n');
    assert.equal(sentences.length, 12);
    assert.equal(sentences[0], '猫在窗台上睡着了。');
    const cosines = page.locator('.matrix table tbody tr');
    await cosines.nth(11).waitFor();
    assert.equal(await page.locator('.view:not([hidden]) .notice-warning').count(), 0);
    await open('#/lessons/dropout');
    assert.equal(await lines(page, '#views-sentence'), '一个男人在公园里弹吉他。');

    await open('#/studio');
    await studio.button('中文：1,200 个句子').click();
    await page.getByText('chinese-sentences.txt').first().waitFor();
    await studio.button('中文：300 个评分句对').click();
    await page.getByText('chinese-pairs.tsv').first().waitFor();
    await page.locator('.card', { has: page.locator('#batch-size') }).locator('.advanced > summary').first().click();
    for (const [id, value] of Object.entries({ 'batch-size': 16, 'eval-every': 3, 'learning-rate': '0.01' })) {
      await page.locator(`#${id}`).fill(String(value));
    }
    await page.getByText('步数', { exact: true }).first().click();
    await page.locator('#steps').fill('6');
    await studio.button('开始训练').click();
    await studio.phase(/^已完成/);
    const evaluations = await studio.evaluations();
    assert.deepEqual(evaluations.map(({ step }) => step), [0, 3, 6]);
    for (const { spearman } of evaluations) assert.ok(Math.abs(spearman) <= 100);
    assert.notEqual(evaluations[0].spearman, evaluations[2].spearman);
    assert.equal(await page.locator('.run-bar .notice-warning').count(), 0);
  });
});

test('an English encoder gets English examples on a Chinese page, and says that it knows no Chinese', async () => {
  await withPage({ context: { locale: 'zh-CN' } }, async (page, { url: origin }) => {
    const studio = new Studio(page);
    page.setDefaultTimeout(60_000);
    await studio.ready();
    await studio.give('model-files', tinyModel());
    await loaded(page);
    const open = async (path) => page.evaluate((hash) => void (location.hash = hash), path);
    await open('#/playground');
    const view = page.locator('.view:not([hidden])');
    await view.getByText('例子也是英文').waitFor();
    assert.match(await lines(page, '#playground-text'), /The cat is asleep/);
    await page.locator('#playground-text').fill('猫睡着了\n狗在跑\na cat');
    await view.locator('.notice-warning', { hasText: '不在模型的词表里' }).waitFor();
    // What was typed stays, whatever comes.
    await page.locator('#playground-text').fill('a cat\na dog');
    await view.locator('.notice-warning').waitFor({ state: 'detached' });

    // Encoders by name fill the field; nothing is asked of anybody yet.
    await open('#/studio');
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.locator('details', { has: page.locator('#hub-id') }).last().locator('summary').first().click();
    await page.getByRole('button', { name: 'BAAI/bge-small-zh-v1.5' }).click();
    assert.equal(await page.locator('#hub-id').inputValue(), 'BAAI/bge-small-zh-v1.5');
    assert.deepEqual(asked.filter((url) => !url.startsWith(origin)), []);
  });
});
