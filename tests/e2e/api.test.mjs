// The engine from JavaScript: the example page as a visitor has it, and programs of the tests' own.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { enginesEnded, tinySite, withApi } from './api.mjs';
import { root, withPage } from './harness.mjs';
import { patience } from './studio.mjs';
import { header } from './tiny_model.mjs';

test('the declarations compile, the module conforms to them, and they refuse what they should', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', join(root, 'tests/api')]).catch((error) => error);
  assert.equal(stdout, '');
});

test('the example page runs its program, which is the one that it shows', async () => {
  await withPage({ path: 'api/example.html', files: tinySite() }, async (page) => {
    page.setDefaultTimeout(patience);
    const program = await readFile(join(root, 'www/api/example.js'), 'utf8');
    await page.locator('#program', { hasText: 'SimCSE.load' }).waitFor();
    assert.equal(await page.locator('#program').textContent(), program.trimEnd());
    const statements = program.split('view.onRun')[1].split('\n').filter((line) => line.trim().length > 3);
    assert.ok(statements.length <= 16, `about ten lines: ${statements.length}`);

    await page.getByRole('button', { name: 'Run it' }).click();
    await page.locator('#status', { hasText: 'Done.' }).waitFor();
    assert.equal(await page.locator('#error').innerText(), '');
    const cosines = await page.locator('#matrix td').allInnerTexts();
    assert.equal(cosines.length, 36);
    assert.deepEqual([0, 7, 14, 21, 28, 35].map((cell) => cosines[cell]), Array(6).fill('1.00'));
    assert.match(await page.locator('#training p').innerText(), /^Step 20 of 20: loss [\d.]+/);
    const rows = await page.locator('#scores tbody tr').allInnerTexts();
    assert.deepEqual(rows.map((row) => row.split('\t')[0]), ['as loaded', 'as trained']);
    assert.notEqual(rows[0].split('\t')[3], rows[1].split('\t')[3], 'training moved the uniformity');

    const link = page.getByRole('link', { name: /^tiny-simcse-step-\d+\.zip$/ });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const bytes = await readFile(await download.path());
    assert.equal(bytes.subarray(0, 2).toString(), 'PK');
    await enginesEnded(page);

    // A second time, stopped by the visitor or done before that.
    await page.getByRole('button', { name: 'Run it again' }).click();
    await page.locator('#scores tbody tr').nth(1).waitFor();
    await page.locator('#status', { hasText: 'Done.' }).waitFor();
  });
});

test('the program in the documents runs as it stands', async () => {
  const readme = await readFile(join(root, 'docs/javascript.md'), 'utf8');
  const [, program] = readme.match(/```js\n(import \{ SimCSE \}.*?)```/s);
  const body = program.replace(/^import .*$/m, '');
  await withApi({}, async (page) => {
    const logged = [];
    page.on('console', (message) => logged.push(message.text()));
    const [shape, bytes, uniformity] = await page.evaluate(`(async () => {
      const [sentences, pairs] = [lines(100), graded];
      ${body}
      return [shape, weights.size, uniformity];
    })()`);
    assert.deepEqual(shape, [2, 32]);
    assert.ok(bytes > 10_000 && uniformity < 0);
    assert.match(logged[0], /^started/);
    assert.equal(logged.filter((line) => /^step \d+ \d/.test(line)).length, 100);
    assert.match(logged.at(-1), /^end 100/);
  });
});

test('vectors come in order and do not depend on portions; cosines agree with them', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const stages = [];
      const lab = await SimCSE.load({ model: 'models/tiny', onProgress: ({ stage }) => stages.push(stage) });
      const all = lines(3000);
      const done = [];
      const vectors = await lab.embed(all, { onProgress: ({ stage, done: at, total }) => done.push([stage, at, total]) });
      const few = [0, 1, 1500, 2999];
      const some = await lab.embed(few.map((n) => all[n]));
      const rows = few.map((n) => [...vectors.data.subarray(n * 32, (n + 1) * 32)]);
      const unit = await lab.embed(all.slice(0, 5), { normalize: true });
      const square = await lab.similarity(all.slice(0, 5));
      const across = await lab.similarity(all.slice(0, 2), all.slice(0, 5));
      const none = await lab.embed([]);
      const cls = await lab.embed(all.slice(0, 1), { pooler: 'cls_before_pooler' });
      const { model, device } = lab;
      lab.close();
      return {
        stages: [...new Set(stages)],
        model,
        device,
        shape: vectors.shape,
        step: vectors.step,
        encoding: done.filter(([stage]) => stage === 'encoding'),
        rows,
        some: numbers(some),
        unit: numbers(unit),
        square: { shape: square.shape, data: numbers(square) },
        across: { shape: across.shape, data: numbers(across) },
        none: { shape: none.shape, data: numbers(none) },
        cls: numbers(cls),
      };
    });
    assert.ok(seen.stages.includes('fetching') && seen.stages.includes('preparing'), String(seen.stages));
    const { name, layers, hiddenSize, maxPositions, pooler, hasHead, dtype } = seen.model;
    assert.deepEqual(
      { name, layers, hiddenSize, maxPositions, pooler, hasHead, dtype },
      { name: 'tiny', layers: 2, hiddenSize: 32, maxPositions: 64, pooler: 'avg', hasHead: false, dtype: 'F32' },
    );
    assert.deepEqual([seen.device.kind, seen.device.software], ['cpu', false]);
    assert.ok(seen.device.threads >= 1);
    assert.deepEqual([seen.shape, seen.step], [[3000, 32], 0]);
    assert.deepEqual(seen.some, seen.rows.flat(), 'a sentence’s vector does not depend on its company');
    assert.ok(seen.encoding.length >= 3, 'in portions');
    assert.deepEqual(seen.encoding, seen.encoding.toSorted((a, b) => a[1] - b[1]));
    assert.ok(seen.encoding.every(([, , total]) => total === 3000));
    assert.deepEqual(seen.none, { shape: [0, 32], data: [] });
    assert.notDeepEqual(seen.cls, seen.some.slice(0, 32), 'the pooler matters');

    const dot = (a, b) => {
      let sum = 0;
      for (let k = 0; k < 32; k += 1) sum += seen.unit[a * 32 + k] * seen.unit[b * 32 + k];
      return sum;
    };
    assert.deepEqual([seen.square.shape, seen.across.shape], [[5, 5], [2, 5]]);
    for (let a = 0; a < 5; a += 1) {
      for (let b = 0; b < 5; b += 1) {
        assert.ok(Math.abs(seen.square.data[a * 5 + b] - dot(a, b)) < 1e-5, `cosine of ${a} and ${b}`);
      }
    }
    assert.deepEqual(seen.across.data, seen.square.data.slice(0, 10));
    assert.ok(Math.abs(dot(1, 1) - 1) < 1e-6);
  });
});

test('a long request can be broken off, and does not keep a short one waiting', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const lab = await SimCSE.load();
      const all = lines(20_000);
      const order = [];
      const controller = new AbortController();
      const begun = new Promise((resolve) => {
        const onProgress = ({ done }) => done > 0 && resolve();
        globalThis.long = lab.embed(all, { onProgress, signal: controller.signal });
      });
      const outcome = caught(long).then((what) => (order.push('long'), what));
      await begun;
      const short = await lab.embed(['a cat']);
      order.push('short');
      controller.abort(new Error('enough'));
      const broken = await outcome;
      const cause = await long.catch((error) => error.cause.message);
      const early = await caught(lab.embed(['a cat'], { signal: controller.signal }));
      const after = await lab.embed(['a cat']);
      const many = await lab.embed(all.slice(0, 2000));
      lab.close();
      return { order, broken, cause, early, same: String(numbers(after)) === String(numbers(short)), many: many.shape };
    });
    assert.deepEqual(seen.order, ['short', 'long']);
    assert.deepEqual([seen.broken.code, seen.broken.ours, seen.cause], ['aborted', true, 'enough']);
    assert.equal(seen.early.code, 'aborted');
    assert.ok(seen.same);
    assert.deepEqual(seen.many, [2000, 32]);
  });
});

test('a run: its events, pause and stop, weights before and after, export, the same seed', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const lab = await SimCSE.load();
      const recipe = { steps: 30, batchSize: 8, learningRate: 1e-3, evalEvery: 15, evaluation: graded, seed: 7 };
      const before = await lab.embed(lines(3));
      const scoredBefore = await lab.evaluate(graded);

      const events = [];
      const heard = [];
      const run = lab.train(lines(200), recipe);
      run.addEventListener('step', ({ detail }) => heard.push(detail.step));
      for await (const event of run) events.push(event);
      const end = await run;
      const trained = await lab.embed(lines(3));
      const original = await lab.embed(lines(3), { weights: 'original' });
      const scored = await lab.evaluate(graded);
      const file = await lab.export('safetensors');
      const bytes = [...new Uint8Array(await file.arrayBuffer())];

      // Again, paused on the way: the same to the bit. Others are answered meanwhile.
      const again = lab.train(lines(200), recipe);
      await new Promise((resolve) => again.addEventListener('step', resolve, { once: true }));
      await again.pause();
      const paused = await lab.embed(lines(3));
      const busy = await caught(lab.train(lines(4)));
      await again.resume();
      await again;
      const second = await (await lab.export('safetensors')).arrayBuffer();
      const same = String(new Uint8Array(second)) === String(bytes);

      // Going on from there, stopped early by its program.
      const more = lab.train(lines(200), { ...recipe, steps: 100_000, evaluation: undefined, startFrom: 'current' });
      await new Promise((resolve) => more.addEventListener('step', resolve, { once: true }));
      const during = await lab.evaluate(graded);
      const stopped = await more.stop();
      const kept = await lab.embed(lines(1));

      // And by a signal.
      const controller = new AbortController();
      const signalled = lab.train(lines(200), { ...recipe, steps: 100_000, signal: controller.signal });
      const outcome = caught(signalled);
      await new Promise((resolve) => signalled.addEventListener('step', resolve, { once: true }));
      controller.abort();
      const aborted = await outcome;
      const zip = await lab.export('zip');
      lab.close();
      return {
        events,
        heard,
        end,
        before: numbers(before),
        trained: { step: trained.step, data: numbers(trained) },
        original: numbers(original),
        scoredBefore,
        scored,
        file: { name: file.name, bytes },
        paused: paused.step,
        busy,
        same,
        during,
        stopped,
        kept: kept.step,
        aborted,
        zip: { name: zip.name, type: zip.type },
      };
    });
    const types = seen.events.map(({ type }) => type);
    const steps = seen.events.filter(({ type }) => type === 'step');
    assert.deepEqual([types[0], types[1], types.at(-1)], ['started', 'evaluation', 'end']);
    assert.deepEqual(steps.map(({ step }) => step), Array.from({ length: 30 }, (_, n) => n + 1));
    assert.deepEqual(seen.heard, steps.map(({ step }) => step));
    const finite = ({ loss, learningRate, gradientNorm, tokens, seconds }) =>
      [loss, learningRate, gradientNorm, tokens, seconds].every(Number.isFinite);
    assert.ok(steps.every(finite), JSON.stringify(steps[0]));
    const evaluations = seen.events.filter(({ type }) => type === 'evaluation');
    assert.deepEqual(evaluations.map(({ step }) => step), [0, 15, 30]);
    assert.ok(seen.events[0].total === 30 && seen.events[0].gpuBytes > 1000);
    assert.deepEqual(seen.end, seen.events.at(-1));
    assert.deepEqual([seen.end.reason, seen.end.step, seen.end.pooler], ['completed', 30, 'avg']);

    assert.deepEqual(seen.original, seen.before);
    assert.notDeepEqual(seen.trained.data, seen.before);
    assert.equal(seen.trained.step, seen.end.keptStep);
    const rounded = ({ spearman, alignment, uniformity }) => [spearman, alignment, uniformity].map((n) => n.toFixed(3));
    assert.deepEqual(rounded(seen.scoredBefore), rounded(evaluations[0]), 'evaluate() and a run agree');
    const best = evaluations.find(({ step }) => step === seen.end.keptStep);
    assert.deepEqual(rounded(seen.scored), rounded(best));
    assert.deepEqual([seen.scored.pairs, seen.scored.step], [12, seen.end.keptStep]);

    const bytes = Buffer.from(seen.file.bytes);
    assert.deepEqual(header(bytes)['embeddings.word_embeddings.weight'].shape, [59, 32]);
    assert.match(seen.file.name, /^tiny-simcse-step-\d+\.safetensors$/);
    assert.ok(seen.paused > 0 && seen.paused < 30, `paused at ${seen.paused}`);
    assert.deepEqual([seen.busy.code, seen.busy.ours], ['busy', true]);
    assert.ok(seen.same, 'the same seed gives the same weights, paused or not');
    assert.ok(seen.during.step > 0);
    assert.equal(seen.stopped.reason, 'stopped');
    assert.ok(seen.stopped.step < 100_000);
    assert.equal(seen.kept, seen.stopped.keptStep);
    assert.equal(seen.aborted.code, 'aborted');
    assert.match(seen.zip.name, /\.zip$/);
    assert.equal(seen.zip.type, 'application/zip');
  });
});

test('training takes pairs, triplets and files; models load from files, a folder and a hub', async () => {
  const model = Object.entries(tinySite()).filter(([path]) => path.startsWith('models/tiny/'));
  const hub = model.map(([path, content]) => [path.replace('models/tiny', 'hub/lab/tiny/resolve/v1'), content]);
  const folder = model.map(([path, content]) => [path.replace('models/tiny', 'elsewhere/mine'), content]);
  const files = { ...Object.fromEntries(hub), ...Object.fromEntries(folder) };
  // What a hub does not have is asked for too.
  await withApi({ files, expectErrors: true }, async (page) => {
    const asked = [];
    page.context().on('request', (request) => request.url().includes('/hub/') && asked.push(request.url()));
    await page.exposeFunction('askedOfHub', () => asked.length);
    const seen = await page.evaluate(async () => {
      const names = ['config.json', 'model.safetensors', 'vocab.txt'];
      const fetched = async (name) => new File([await (await fetch(`${site}models/tiny/${name}`)).blob()], name);
      const lab = await SimCSE.load({ model: await Promise.all(names.map(fetched)) });
      const short = { steps: 3, batchSize: 4 };
      const ends = [];
      const all = lines(12);
      const poolers = [];
      const train = async (data, options) => {
        const end = await lab.train(data, { ...short, ...options });
        ends.push([end.step, end.pooler]);
        // The vectors that go by themselves are those that were trained.
        const [own, named] = [await lab.embed(all), await lab.embed(all, { pooler: end.pooler })];
        poolers.push(String(numbers(own)) === String(numbers(named)));
      };
      await train(all.map((line, n) => [line, all[(n + 1) % 12]]));
      await train(all.map((line, n) => [line, all[(n + 1) % 12], all[(n + 2) % 12]]), { pooler: 'cls' });
      await train(all, { pooler: 'cls' });
      await train(new File([all.join('\n')], 'mine.txt'), { augmentation: 'crop:0.2' });
      const table = ['sentence1\tsentence2\tscore', ...graded.map((pair) => pair.join('\t'))].join('\n');
      const file = new File([table], 'pairs.tsv');
      const [fromFile, given] = [await lab.evaluate(file), await lab.evaluate(graded)];
      await train(all, { evaluation: file, loss: 'nt-xent', matryoshka: [16, 32], microBatchSize: 2, pooler: 'avg' });
      const reference = numbers(await lab.embed(all, { weights: 'original' }));
      lab.close();

      const agrees = async (model) => {
        const stages = new Set();
        const other = await SimCSE.load({ model, onProgress: ({ stage }) => stages.add(stage) });
        const same = String(numbers(await other.embed(all))) === String(reference);
        other.close();
        return { same, name: other.model.name, stages: [...stages] };
      };
      const fromFolder = await agrees({ url: '../elsewhere/mine', files: names });
      const fromHub = await agrees({ hub: 'lab/tiny@v1', from: `${site}hub` });
      const requests = [await askedOfHub()];
      const kept = await agrees({ hub: 'lab/tiny@v1', from: `${site}hub` });
      requests.push(await askedOfHub());
      const byName = await agrees('Tiny');
      return { ends, poolers, fromFile, given, fromFolder, fromHub, kept, requests, byName };
    });
    assert.deepEqual(seen.ends, [
      [3, 'avg'],
      [3, 'cls'],
      [3, 'cls_before_pooler'],
      [3, 'avg'],
      [3, 'avg'],
    ]);
    assert.deepEqual(seen.poolers, Array(5).fill(true));
    assert.deepEqual(seen.fromFile, seen.given);
    assert.deepEqual([seen.fromFolder.same, seen.fromFolder.name], [true, 'mine']);
    assert.deepEqual([seen.fromHub.same, seen.fromHub.name, seen.byName.same], [true, 'tiny', true]);
    assert.ok(seen.fromHub.stages.includes('downloading'), String(seen.fromHub.stages));
    assert.ok(seen.requests[0] >= 3, `asked the hub ${seen.requests[0]} times`);
    assert.deepEqual([seen.kept.same, seen.requests[1]], [true, seen.requests[0]], 'kept in the browser');
  });
});
