// The benchmark against peers, in one browser on one adapter: `cargo xtask bench [options]`; `-- --help` lists them.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';

import { Contender } from './lib/browser.mjs';
import { bundle, versions } from './lib/build.mjs';
import { Inputs, readSentences } from './lib/inputs.mjs';
import { measure, measureFirst } from './lib/measure.mjs';
import { able, readOptions, usage } from './lib/options.mjs';
import { markdown, valued } from './lib/report.mjs';
import { serve } from './lib/server.mjs';
import { growth } from './lib/statistics.mjs';

const started = performance.now();
const log = (words) => console.error(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${words}`);

function options() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(2);
  }
}

async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const layerParameters = ({ layers, hidden }) => layers * (12 * hidden * hidden + 13 * hidden);
const parameters = (model) => (30522 + 512 + 2 + 2) * model.hidden + layerParameters(model);

async function sweep({ axis, points }, inputs, given, server) {
  const measured = [];
  for (const { value, case: found } of points) {
    const task = await inputs.task(found);
    const [result] = await measure(task, ['ours'], given, server, log);
    const tokens = 2 * task.rowLengths.reduce((sum, length) => sum + length, 0);
    const [work, all] = [tokens * layerParameters(found), tokens * parameters(found)];
    const failed = result.failed ?? result.over;
    measured.push({ value, work, all, bytes: result.bytes, ms: result.ms?.median, samples: result.samples, failed });
  }
  return { axis, points: measured, growth: growth(measured) };
}

/** After every case, so that what ends a long run early does not take the rest along. */
async function save() {
  if (given.markdown) await write(given.markdown, markdown(report));
  if (given.json) await write(given.json, `${JSON.stringify(report, null, 2)}\n`);
}

const given = options();
if (given.help) {
  console.log(usage());
  process.exit(0);
}
const { sentences, source } = await readSentences(given.sentences);
await bundle();
const server = await serve();
const ours = new Contender('ours', server, given);
const report = { environment: {}, cases: [], sweeps: [] };
try {
  await ours.start();
  await ours.page.evaluate(() => globalThis.bench.call('open'));
  const inputs = new Inputs(ours, sentences);
  const adapter = await ours.page.evaluate(async () => {
    const { vendor, architecture, device, description } = (await navigator.gpu?.requestAdapter())?.info ?? {};
    return [vendor, architecture, device, description].filter(Boolean).join(', ');
  });
  const { backend, threads } = await ours.call('info');
  report.environment = {
    adapter: `${adapter}, asked for as ${given.adapter}; ours computes on ${threads} cores (${backend})`,
    browser: `Chromium ${ours.browser.version()}`,
    peers: await versions(),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} threads, ${process.platform}`,
    sentences: source,
    date: new Date().toISOString(),
    options: given.workloads.join(', ') + `; ${given.rounds} rounds, limit ${given.limit} s`,
    notes:
      'peers get token ids where ours tokenises natural sentences itself, and batches of 32 rows sorted by length; ' +
      '"error" is the difference from double precision (products) or from ours (vectors, losses of two steps)',
  };
  for (const kind of given.workloads.filter((kind) => kind !== 'sweep')) {
    for (const found of given[kind]) {
      const task = await inputs.task(found).catch((error) => ({ ...found, failed: String(error.message ?? error) }));
      if (task.failed) {
        log(`${found.name}: ${task.failed}`);
        report.cases.push({ kind, task, results: [{ contender: 'ours', failed: task.failed.split('\n')[0] }] });
        continue;
      }
      const names = able(kind, given.contenders).filter((name) => !found.only || found.only.includes(name));
      const timing = kind === 'first' ? measureFirst : measure;
      const results = await timing(task, names, given, server, log);
      report.cases.push({ kind, task: { ...task, rowLengths: undefined, checked: undefined }, results: valued(kind, task, results) });
      await save();
    }
  }
  if (given.workloads.includes('sweep')) {
    for (const axis of given.sweep) {
      report.sweeps.push(await sweep(axis, inputs, given, server));
      await save();
    }
  }
} finally {
  await ours.stop();
  await server.close();
}
await save();
console.log(markdown(report));
log('done');
