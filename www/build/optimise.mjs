// Shrinks and speeds up the WebAssembly of a release build.
// Binaryen comes from npm: Debian's is old enough to confuse the tables of a module with reference types.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const wasmOpt = join(root, 'node_modules/.bin/wasm-opt');
// Modules that have not changed are taken from the last build: optimising takes a minute.
const cache = join(root, '.setup/wasm-opt');

// The page waits for the one, the other computes.
const level = (name) => (name.startsWith('worker') ? '-O3' : '-Oz');

/** Optimises the modules at the top of the folder `site`. */
export function optimise(site) {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(site).filter((name) => name.endsWith('.wasm'))) {
    const module = join(site, name);
    const digest = createHash('sha256').update(level(name)).update(readFileSync(module)).digest('hex');
    const optimised = join(cache, `${digest}.wasm`);
    if (!readdirSync(cache).includes(`${digest}.wasm`)) {
      console.log(`wasm-opt ${level(name)} ${name}`);
      execFileSync(wasmOpt, [level(name), module, '-o', `${optimised}.part`], { stdio: 'inherit' });
      renameSync(`${optimised}.part`, optimised);
    }
    copyFileSync(optimised, module);
  }
}
