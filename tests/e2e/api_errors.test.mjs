// What goes wrong for programs that use the engine: every promise rejects with a SimCSEError whose code says what kind of
// thing it was, and whose message says the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { enginesEnded, withApi } from './api.mjs';
import { loadedAfter, reachableDevice } from './loader.mjs';
import { weights } from './tiny_model.mjs';

/** Asserts code and message of what was caught. */
function expect(found, code, message) {
  assert.equal(found.code, code, JSON.stringify(found));
  assert.match(found.message, message);
  assert.ok(found.ours, 'a SimCSEError');
}

test('what cannot be used is refused in words, and the lab goes on', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const lab = await SimCSE.load();
      const promise = async (make) => make();
      const asked = {
        string: () => lab.embed('a cat'),
        number: () => lab.embed(['a cat', 3]),
        option: () => lab.embed(['a cat'], { poolr: 'avg' }),
        pooler: () => lab.embed(['a cat'], { pooler: 'max' }),
        head: () => lab.embed(['a cat'], { pooler: 'cls' }),
        normalize: () => lab.embed(['a cat'], { normalize: 'yes' }),
        cosines: () => lab.similarity(lines(9000)),
        unscored: () => lab.evaluate([['a', 'b']]),
        nan: () => lab.evaluate([['a', 'b', NaN]]),
        noPairs: () => lab.evaluate([]),
        badFile: () => lab.evaluate(new File(['x\ty\n1\t2\n'], 'a.tsv')),
        data: () => lab.train('a cat'),
        few: () => lab.train(['a cat'], { batchSize: 2 }),
        blank: () => lab.train([['a', 'b'], ['c', ' ']]),
        uneven: () => lab.train([['a', 'b'], ['c']]),
        typo: () => lab.train(lines(4), { batchsize: 2 }),
        half: () => lab.train(lines(4), { batchSize: 2.5 }),
        zero: () => lab.train(lines(4), { batchSize: 0 }),
        long: () => lab.train(lines(4), { maxLength: 100 }),
        augmentation: () => lab.train(lines(4), { augmentation: 'shout' }),
        score: () => lab.train(lines(4), { evaluation: [['a', 'b', 'high']] }),
        untrained: () => lab.export('zip'),
        format: () => lab.export('onnx'),
        diverged: () => lab.train(lines(50), { steps: 90, batchSize: 4, learningRate: 1, weightDecay: 10 }),
      };
      const outcomes = {};
      for (const [name, ask] of Object.entries(asked)) outcomes[name] = await caught(promise(ask));
      const loop = async () => {
        for await (const event of lab.train(lines(4), { dropout: 2 })) void event;
      };
      outcomes.loop = await caught(loop());
      const after = await lab.embed(['a cat']);
      const end = await lab.train(lines(8), { steps: 2, batchSize: 4 });
      const open = caught(lab.embed(lines(5000)));
      const run = lab.train(lines(8), { steps: 100_000, batchSize: 4 });
      const ended = caught(run);
      lab.close();
      const closed = await caught(lab.embed(['a cat']));
      await run.pause();
      const stopped = await caught(run.stop());
      return { outcomes, after: after.shape, end: end.step, ends: [await open, await ended, closed, stopped] };
    });
    const input = {
      string: /^sentences is "a cat"; expected an array of strings/,
      number: /^sentences\[1\] is 3; expected a string/,
      option: /^embed has no option “poolr”; it has weights, pooler/,
      pooler: /^pooler is "max"; expected 'cls', /,
      head: /the pooler "cls" needs a head/,
      normalize: /^normalize is "yes"/,
      unscored: /^pairs\[0\] is an array of 2; expected \[sentence, sentence, score\]/,
      nan: /item 0 .*NaN/,
      noPairs: /graded pairs: there is none/,
      badFile: /a\.tsv.*columns/,
      data: /^data is "a cat"/,
      few: /1 sentences are too few/,
      blank: /item 1 .*its sentence 2 is blank/,
      uneven: /^data\[1\] is an array of 1; expected 2 strings/,
      typo: /^train has no option “batchsize”/,
      half: /^batchSize is 2\.5; expected a whole number/,
      zero: /^batch size is 0; expected a whole number from 1 to 1024/,
      long: /^max length is 100, and the model has 64 positions/,
      augmentation: /^augmentation is "shout"; expected crop, /,
      score: /^evaluation\[0\] is an array of 3/,
      format: /^format is "onnx"; expected 'safetensors', 'zip'/,
      loop: /^dropout is 2/,
    };
    for (const [name, message] of Object.entries(input)) expect(seen.outcomes[name], 'input', message);
    expect(seen.outcomes.cosines, 'memory', /9000 × 9000 cosines are too many/);
    expect(seen.outcomes.untrained, 'state', /nothing has been trained yet/);
    expect(seen.outcomes.diverged, 'diverged', /Lower the learning rate/);
    assert.deepEqual([seen.after, seen.end], [[1, 32], 2]);
    for (const outcome of seen.ends) expect(outcome, 'closed', /closed/);
  });
});

test('models that cannot be fetched or read are refused with a code and a reason', async () => {
  const cut = { 'cut/config.json': '{', 'short/model.safetensors': weights().subarray(0, 9000) };
  await withApi({ files: cut, expectErrors: true }, async (page) => {
    const seen = await page.evaluate(async () => {
      const fetched = async (path) => (await fetch(`${site}${path}`)).blob();
      const file = async (path, name) => new File([await fetched(path)], name);
      const [config, vocabulary] = [await file('models/tiny/config.json', 'config.json'), await file('models/tiny/vocab.txt', 'vocab.txt')];
      const controller = new AbortController();
      const options = {
        unknown: { model: 'models/none' },
        nothing: { model: [] },
        number: { model: 3 },
        typo: { modell: 'models/tiny' },
        id: { model: { hub: 'no model' } },
        absent: { model: { hub: 'lab/none', from: `${site}hub` } },
        folder: { model: { url: '../nowhere' } },
        address: { model: { url: 'http://' } },
        config: { model: { url: '../cut', files: ['config.json'] } },
        cut: { model: [config, vocabulary, await file('short/model.safetensors', 'model.safetensors')] },
        incomplete: { model: [config, vocabulary] },
        site: { site: '../nowhere', model: [config] },
        elsewhere: { site: 'https://elsewhere.invalid/' },
        aborted: { signal: AbortSignal.abort() },
        abortedLater: { signal: controller.signal, onProgress: () => controller.abort() },
      };
      const outcomes = {};
      for (const [name, given] of Object.entries(options)) outcomes[name] = await caught(SimCSE.load(given));
      return outcomes;
    });
    expect(seen.unknown, 'input', /no model models\/none; it has: 'models\/tiny'/);
    expect(seen.nothing, 'input', /^model is an array of 0/);
    expect(seen.number, 'input', /^model is 3; expected 'models\/NAME', Files/);
    expect(seen.typo, 'input', /^load has no option “modell”/);
    expect(seen.id, 'input', /^model\.hub is "no model"; expected owner\/name/);
    expect(seen.absent, 'network', /there is no model lab\/none at http/);
    expect(seen.folder, 'network', /nowhere\/config\.json could not be fetched.*404/);
    expect(seen.address, 'input', /^model\.url is "http:\/\/"; expected an address/);
    expect(seen.config, 'model', /incomplete|not valid JSON/);
    expect(seen.cut, 'model', /cut short/);
    expect(seen.incomplete, 'model', /incomplete: missing/);
    expect(seen.site, 'engine', /nowhere\/worker_loader\.js could not be loaded/);
    expect(seen.elsewhere, 'engine', /page's own origin/);
    expect(seen.aborted, 'aborted', /signal/);
    expect(seen.abortedLater, 'aborted', /signal/);
    await enginesEnded(page);
  });
});

// A worker in which there is no `navigator.gpu`.
const hidden = loadedAfter('delete WorkerNavigator.prototype.gpu;');

for (const [what, options, message] of [
  ['a browser without a device', { webgpu: false }, /WebGPU but gave no device .*Update the graphics driver/],
  ['a browser without WebGPU', { files: hidden }, /This browser has no WebGPU\. Chrome and Edge 113/],
  ['plain http from another machine', { host: 'lab.test', site: { isolated: false } }, /secure pages only\. Open this page by https/],
]) {
  test(`${what} is told so where a GPU was asked for`, async () => {
    await withApi(options, async (page) => {
      expect(await page.evaluate(() => caught(SimCSE.load({ device: 'gpu' }))), 'no-webgpu', message);
      // The CPU is always there.
      const { kind } = await page.evaluate(async () => (await SimCSE.load()).device);
      assert.equal(kind, 'cpu');
    });
  });
}

// A way to the worker's device, and to the clock that says when a run's state is copied.
const reachable = loadedAfter(`
  ${reachableDevice}
  const now = performance.now.bind(performance);
  self.ahead = 0;
  performance.now = () => now() + self.ahead;
`);

test('a lost device ends what is under way; recover() opens another, and the run goes on where it was copied', async () => {
  await withApi({ files: reachable }, async (page) => {
    const lose = async () => {
      const [worker] = page.workers();
      await worker.evaluate(() => self.device.destroy());
    };
    const before = await page.evaluate(async () => {
      globalThis.lab = await SimCSE.load({ device: 'gpu' });
      globalThis.pending = caught(lab.embed(lines(50_000)));
      return numbers(await lab.embed(['a cat']));
    });
    await lose();
    const idle = await page.evaluate(async () => {
      const lost = await pending;
      const refused = await caught(lab.embed(['a cat']));
      const { run } = await lab.recover();
      return { lost, refused, run, again: numbers(await lab.embed(['a cat'])) };
    });
    expect(idle.lost, 'device-lost', /recover\(\) opens it again/);
    expect(idle.refused, 'device-lost', /recover\(\)/);
    assert.equal(idle.run, null);
    assert.deepEqual(idle.again, before);

    await page.evaluate(async () => {
      globalThis.run = lab.train(lines(100), { steps: 12, batchSize: 4, learningRate: 1e-3 });
      globalThis.outcome = caught(run);
      await new Promise((resolve) => run.addEventListener('step', resolve, { once: true }));
    });
    await page.workers()[0].evaluate(() => (self.ahead = 61_000));
    // Some steps later the copy has been made.
    await page.evaluate(() => {
      let steps = 0;
      return new Promise((resolve) => run.addEventListener('step', () => (steps += 1) === 5 && resolve()));
    });
    await lose();
    const resumed = await page.evaluate(async () => {
      const lost = await outcome;
      const { run } = await lab.recover();
      const { step } = await lab.embed(['a cat']);
      const steps = [];
      run.addEventListener('step', ({ detail }) => steps.push(detail.step));
      await run.resume();
      const end = await run;
      return { lost, step, steps, end };
    });
    expect(resumed.lost, 'device-lost', /recover/);
    assert.ok(resumed.step > 0 && resumed.step < 12, `goes on from ${resumed.step}`);
    assert.equal(resumed.steps[0], resumed.step + 1);
    assert.deepEqual([resumed.steps.at(-1), resumed.end.step], [12, 12]);
  });
});

test('the kind of matrix product is measured once and kept', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const { tune } = await import(`${site}api/parts/tuning.js`);
      const log = [];
      const engine = {
        ask: async (request) => {
          log.push(request);
          return { ceilings: { matmul_gigaflops: [['medium', 10], ['large', 90]] } };
        },
        tell: (request) => log.push(request),
      };
      await tune(engine, { kind: 'cpu', name: 'CPU', software: false }, {});
      await tune(engine, { kind: 'gpu', name: 'imitated', software: true }, {});
      await tune(engine, { kind: 'gpu', name: 'GPU', software: false }, {});
      await tune(engine, { kind: 'gpu', name: 'GPU', software: false }, {});
      // What an earlier version kept and this one does not know is measured anew.
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, 'shared');
      await tune(engine, { kind: 'gpu', name: 'GPU', software: false }, {});
      await tune({ ...engine, ask: () => Promise.reject(new Error('no')) }, { kind: 'gpu', name: 'other', software: false }, {});
      return log;
    });
    assert.deepEqual(seen, ['Tune', { UseMatmul: { kind: 'large' } }, 'Tune']);
  });
});

test('vectors that are under way end with their model, and a message that is no request is answered', async () => {
  await withApi({}, async (page) => {
    const seen = await page.evaluate(async () => {
      const [{ Engine }, { sourceOf }] = await Promise.all(
        ['engine', 'source'].map((part) => import(`${site}api/parts/${part}.js`)),
      );
      const engine = new Engine(new URL('worker_loader.js', site), 'auto');
      await engine.ready();
      const { source } = await sourceOf('models/tiny', new URL(site));
      const sentences = lines(20_000);
      const embed = { Embed: { sentences, weights: 'Original', pooler: 'avg', normalised: false } };
      const early = await caught(engine.ask(embed));
      await engine.ask({ LoadModel: { source } });
      const outcome = caught(engine.ask(embed));
      await engine.ask({ LoadModel: { source } });
      const nonsense = await caught(engine.ask({ Nonsense: {} }));
      const ended = await outcome;
      engine.end(new SimCSEError('closed', 'done'));
      return { early, ended, nonsense };
    });
    expect(seen.early, 'state', /a model has to be loaded first/);
    expect(seen.ended, 'busy', /the model or its weights were replaced meanwhile/);
    expect(seen.nonsense, 'engine', /different builds/);
  });
});
