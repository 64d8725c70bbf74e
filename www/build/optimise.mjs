// Shrinks and speeds up the WebAssembly of a release build.
// Binaryen comes from npm: Debian's is too old and breaks the tables of modules with reference types.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const wasmOpt = join(root, 'node_modules/.bin/wasm-opt');
// Unchanged modules are taken from an earlier build: optimising takes a minute.
const cache = join(root, '.setup/wasm-opt');

// The page's module is optimised for size, since the page waits for it; the worker's for speed.
// Functions of like names, which are often the same generic one, compress better side by side (bench/LOG.md 20).
const passes = (name) => (name.startsWith('worker') ? ['-O3'] : ['-Oz', '--reorder-functions-by-name']);

/** Optimises the modules of the folder `site`, in parallel. */
export async function optimise(site) {
  mkdirSync(cache, { recursive: true });
  const modules = readdirSync(site, { recursive: true }).filter((name) => name.endsWith('.wasm'));
  await Promise.all(modules.map((name) => optimiseModule(join(site, name), passes(name))));
}

async function optimiseModule(module, passes) {
  const digest = createHash('sha256').update(passes.join(' ')).update(readFileSync(module)).digest('hex');
  const optimised = join(cache, `${digest}.wasm`);
  if (!readdirSync(cache).includes(`${digest}.wasm`)) {
    console.log(`wasm-opt ${passes.join(' ')} ${module}`);
    await promisify(execFile)(wasmOpt, [...passes, module, '-o', `${optimised}.part`]);
    renameSync(`${optimised}.part`, optimised);
  }
  copyFileSync(optimised, module);
}
