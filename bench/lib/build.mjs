// Bundles each contender's page.

import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../', import.meta.url));
const bundles = ['ours', 'jax', 'tfjs', 'ort-webgpu', 'ort-wasm'];

export async function bundle() {
  await build({
    absWorkingDir: folder,
    entryPoints: [
      ...bundles.map((name) => ({ in: `contenders/${name}.mjs`, out: name })),
      { in: 'contenders/engine.mjs', out: 'ours/engine' },
    ],
    outdir: 'generated',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['./worker.js'],
    logLevel: 'warning',
  });
}

/** Versions of the peers as they are installed. */
export async function versions() {
  const { dependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
