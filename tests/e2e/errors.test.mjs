// Files as they should not be: each is refused in words, and what was there before still is.

import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { config, file, tinyModel, vocabulary, weights } from './tiny_model.mjs';

const spoilt = (wanted, value) =>
  weights((name, values) => {
    if (name === wanted) values[5] = value;
  });

const badModels = [
  ['truncated weights', { 'model.safetensors': weights().subarray(0, 9000) }, /cut short/],
  ['no weights at all', { 'model.safetensors': Buffer.alloc(0) }, /only 0 bytes/],
  ['weights that are something else', { 'model.safetensors': Buffer.alloc(5000, 'GIF89a') }, /not a usable safetensors/],
  ['a missing tokenizer', { 'vocab.txt': null }, /missing tokenizer\.json \(or vocab\.txt\)/],
  ['a missing config', { 'config.json': null }, /missing config\.json/],
  ['a broken tokenizer', { 'vocab.txt': null, 'tokenizer.json': '{"x": 1}' }, /no tokenizer that can be read/],
  [
    "another model's tokenizer",
    { 'vocab.txt': [...vocabulary(), ...Array.from({ length: 50 }, (_, n) => `word${n}`)].join('\n') },
    /another model's tokenizer/,
  ],
  ['shapes that disagree', { 'config.json': JSON.stringify(config({ intermediate_size: 128 })) }, /shape/],
  ['layers that are not there', { 'config.json': JSON.stringify(config({ num_hidden_layers: 3 })) }, /are missing/],
  ['another architecture', { 'config.json': JSON.stringify(config({ model_type: 'gpt2' })) }, /gpt2/],
  ['a config that is no JSON', { 'config.json': '{' }, /config\.json/],
  ['NaN weights', { 'model.safetensors': spoilt('encoder.layer.1.output.dense.weight', NaN) }, /NaN/],
  ['infinite weights', { 'model.safetensors': spoilt('embeddings.word_embeddings.weight', Infinity) }, /infinite|inf/i],
];

const badTexts = [
  ['an empty text', 'training-file', file('a.txt', ''), /empty/],
  ['blank lines', 'training-file', file('a.txt', '\n \n\n'), /blank/],
  ['a binary file', 'training-file', file('a.txt', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 255])), /binary/],
  ['unknown columns', 'evaluation-file', file('a.tsv', 'x\ty\n1\t2\n'), /columns/],
  ['scores that are none', 'evaluation-file', file('a.tsv', 'sentence1\tsentence2\tscore\na\tb\thigh\n'), /high/],
];

test('bad models and texts are refused, and the loaded ones survive', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadSamples();
    const before = await studio.compare(['the cat', 'a dog', 'the train']);

    const model = studio.card('Model');
    for (const [what, changes, expected] of badModels) {
      await studio.give('model-files', tinyModel(changes));
      const alert = model.getByRole('alert');
      await alert.getByText('The model was not loaded').waitFor();
      const words = await alert.innerText();
      assert.match(words, expected, what);
      assert.ok(await model.getByText('is loaded').isVisible(), what);
      await alert.getByRole('button', { name: 'Dismiss' }).click();
    }

    const text = studio.card('Text');
    for (const [what, input, content, expected] of badTexts) {
      await studio.give(input, [content]);
      const alert = text.getByRole('alert').filter({ hasText: 'The text was not loaded' });
      await alert.waitFor();
      assert.match(await alert.innerText(), expected, what);
      await alert.getByRole('button', { name: 'Dismiss' }).click();
    }
    assert.ok(await text.getByText('sample-sentences.txt').isVisible());
    assert.ok(await text.getByText('sample-pairs.tsv').isVisible());

    assert.deepEqual(await studio.compare(['the cat', 'a dog', 'the train']), before);
    await studio.recipe({ 'batch-size': 4, steps: 3, 'eval-every': 0, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.phase('Finished');
  });
});

const inChinese = [
  ['training-file', [file('a.txt', '')], /^a\.txt：文件是空的。$/],
  ['training-file', [file('a.txt', '\n \n\n')], /^a\.txt：全部 3 行都是空行。$/],
  ['training-file', [file('a.txt', Buffer.from([0x63, 0x61, 0x66, 0xe9]))], /^a\.txt：文本不是 UTF-8 编码（第 1 行）；可能是 Latin-1/],
  ['training-file', [file('a.csv', 'a,b,c,d\n')], /^a\.csv，第 1 行：有 4 列（分隔符：逗号），应为：表头：.*第三列可以没有。$/],
  ['training-file', [file('a.csv', 'a,b\n"c,d\n')], /^a\.csv，第 2 行：由双引号开始的单元格一直没有结束。$/],
  ['evaluation-file', [file('a.tsv', 'x\ty\n1\t2\n')], /^a\.tsv，第 1 行：有 2 列（分隔符：制表符），应为：STS-B 的各列/],
  ['evaluation-file', [file('a.tsv', 'a\tb\t1\nc\td\thigh\n')], /^a\.tsv，第 2 行：第 3 列的分数是“high”，不是数；应为：/],
  ['evaluation-file', [file('a.tsv', 'a\t \t1\n')], /^a\.tsv，第 1 行：第 2 列的句子是空的。$/],
  ['model-files', tinyModel({ 'vocab.txt': null }), /^模型不完整：缺少 tokenizer\.json（或 vocab\.txt）；现有：.*。$/],
  ['model-files', tinyModel({ 'model.safetensors': weights().subarray(0, 9000) }), /不是可用的 safetensors 文件：.*可能没有下载完整。$/],
  [
    'model-files',
    tinyModel({ 'config.json': JSON.stringify(config({ model_type: 'gpt2' })) }),
    /^config\.json：“model_type”的值是 "gpt2"；应为：以下之一：bert, roberta。$/,
  ],
];

test('a Chinese visitor reads in Chinese what is wrong with a file', async () => {
  await withPage({ context: { locale: 'zh-CN' } }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    const read = async (card, title, expected) => {
      const alert = page.locator(`[aria-labelledby=${card}]`).getByRole('alert').filter({ hasText: title });
      await alert.waitFor();
      const words = await alert.locator('.notice-text').innerText();
      assert.match(words, expected);
      assert.doesNotMatch(words, /[a-z]{2,} [a-z]{2,}/i, 'English words side by side');
      await alert.getByRole('button', { name: '知道了' }).click();
      await alert.waitFor({ state: 'hidden' });
    };
    for (const [input, files, expected] of inChinese) {
      await studio.give(input, files);
      const model = input === 'model-files';
      await read(model ? 'model-title' : 'data-title', model ? '模型载入失败' : '文本载入失败', expected);
    }
    await page.getByLabel('Hugging Face 模型 ID').fill('a//b');
    await page.locator('[aria-labelledby=model-title]').getByRole('button', { name: '下载', exact: true }).click();
    await read('model-title', '模型下载失败', /^“a\/\/b”不是模型 ID；应为 owner\/name/);

    // An error that is read follows the language.
    await studio.give('training-file', [file('a.txt', '')]);
    await page.getByText('a.txt：文件是空的。').waitFor();
    await page.getByLabel('语言', { exact: true }).selectOption('en');
    await page.getByText('a.txt: the file is empty').waitFor();
  });
});

test('one line of ten megabytes is cut to the length asked for, not choked on', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    const long = 'the quick brown fox '.repeat(524_288);
    await studio.give('training-file', [file('long.txt', `${long}\nshort one\nanother\nand a last\n`)]);
    await page.locator('.loaded').getByText('4 sentences').waitFor();
    await studio.recipe({ 'batch-size': 2, steps: 2, 'max-length': 16, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.phase('Finished');
  });
});

test('a long text pasted into the studio is used at once, past its field', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await page.locator('details.paste summary').first().click();
    await page.locator('#training-paste').fill('a cat sat');
    await studio.paste('training-paste', [...Array(20_000).keys()].map((line) => `a dog ran ${line}`).join('\n'));
    await page.locator('.loaded-name', { hasText: '20,001 sentences' }).waitFor();
    assert.equal(await page.locator('.text-input .preview li').first().innerText(), 'a cat sat');
    assert.equal(await page.locator('#training-paste').inputValue(), 'a cat sat');
  });
});

test('a text that is too large for a tab is refused before it is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'large-'));
  try {
    // A hole in the disk: half a gigabyte that takes no room.
    const large = join(folder, 'large.txt');
    await writeFile(large, '');
    await truncate(large, 600_000_000);
    await withPage({}, async (page) => {
      const studio = new Studio(page);
      await studio.ready();
      await studio.give('training-file', large);
      const alert = studio.card('Text').getByRole('alert').filter({ hasText: 'The text was not loaded' });
      await alert.waitFor();
      assert.match(await alert.innerText(), /large\.txt: 600 MB of text are too much.*at most 512 MB.*shuf/);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a run that diverges says so, and the page goes on', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadSamples();
    // Decay times rate is 10: weights grow ninefold a step and leave f32 before step 60.
    const options = { steps: 90, 'learning-rate': 1, 'weight-decay': 10 };
    await studio.recipe({ 'batch-size': 4, 'eval-every': 1, pooler: 'avg: mean of all tokens', ...options });
    await studio.train();
    await studio.phase('Ended early');
    const notice = studio.page.locator('.run-bar .notice-error');
    assert.match(await notice.innerText(), /Lower the learning rate/);
    assert.match(await notice.innerText(), /The best weights, of step \d+, are kept/);
    assert.ok((await studio.takeHome('Weights (.safetensors)')).bytes.length > 10_000);
    const sane = { 'learning-rate': '3e-5', 'weight-decay': 0, steps: 2 };
    await studio.recipe(sane);
    await studio.train();
    await studio.phase('Finished');
  });
});

test('a text in a language that the model does not know is trained on with a warning', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.give('training-file', [file('chinese.txt', ['猫在睡觉', '狗在跑', '天空很蓝', '水很冷'].join('\n'))]);
    await page.getByText('chinese.txt').first().waitFor();
    await studio.recipe({ 'batch-size': 2, steps: 1, 'max-length': 16, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.phase('Finished');
    assert.match(await page.locator('.run-bar .notice-warning').innerText(), /^100 % of this text’s word pieces are unknown/);
  });
});
