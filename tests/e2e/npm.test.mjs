// The npm package, used as anybody would: packed, installed into a fresh Vite project, built, and opened.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { writePackage } from '../../www/build/npm_package.mjs';
import { tinySite } from './api.mjs';
import { dist, root, withPage } from './harness.mjs';
import { patience } from './studio.mjs';

const run = promisify(execFile);

const project = {
  'package.json': JSON.stringify({ name: 'fresh', private: true, type: 'module' }),
  'index.html': '<!doctype html><html lang="en"><title>Fresh</title><link rel="icon" href="data:,"><p id="out"></p><script type="module" src="main.ts"></script></html>',
  'vite.config.js': "import simcseLab from 'simcse-lab/vite';\nexport default { base: './', build: { target: 'es2022' }, plugins: [simcseLab()] };\n",
  'main.ts': `
import { SimCSE, type Matrix } from 'simcse-lab';

const model = { url: 'models/tiny/', files: ['config.json', 'model.safetensors', 'vocab.txt'] };
const lab = await SimCSE.load({ site: 'simcse-lab/', model, device: 'cpu' });
const cosines: Matrix = await lab.similarity(['a cat', 'a cat', 'the train']);
const end = await lab.train(['a cat', 'the train', 'one dog', 'some bread'], { steps: 2, batchSize: 2 });
const out = { threads: lab.device.threads, cosines: [...cosines.data], step: end.step };
document.querySelector('#out')!.textContent = JSON.stringify(out);
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true, types: [], lib: ['es2022', 'dom'] },
    include: ['main.ts'],
  }),
};

test('the package is packed, installed into a fresh Vite project, built there, and trains', async () => {
  // Below the repository, so that Vite itself is found in its node_modules.
  const folder = await mkdtemp(join(root, 'target/npm-'));
  try {
    writePackage(dist, join(folder, 'package'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(folder, 'package') });
    const [{ filename, files }] = JSON.parse(stdout);
    const names = files.map(({ path }) => path);
    for (const name of ['README.md', 'LICENSE', 'api/simcse-lab.js', 'api/simcse-lab.d.ts', 'worker_bg.wasm', 'vite.js']) {
      assert.ok(names.includes(name), `${name} is in the package`);
    }
    assert.deepEqual(names.filter((name) => /example|safetensors/.test(name)), []);

    const fresh = join(folder, 'fresh');
    await run('mkdir', [fresh]);
    for (const [name, content] of Object.entries(project)) await writeFile(join(fresh, name), content);
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: fresh });
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', fresh]);
    await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build'], { cwd: fresh });
    assert.ok((await readdir(join(fresh, 'dist/simcse-lab'))).includes('worker_bg.wasm'));

    await withPage({ site: { folder: join(fresh, 'dist') }, files: tinySite() }, async (page) => {
      page.setDefaultTimeout(patience);
      const out = page.locator('#out', { hasText: '{' });
      await out.waitFor();
      const { threads, cosines, step } = JSON.parse(await out.innerText());
      assert.ok(threads > 0);
      assert.equal(step, 2);
      assert.ok(Math.abs(cosines[1] - 1) < 1e-6 && cosines[2] < 1, cosines.join());
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
