// Makes the npm package from a built site: `node www/build/npm_package.mjs SITE FOLDER`.

import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { files } from '../npm/vite.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Writes the package's files into `folder`, ready for `npm pack`. */
export function writePackage(site, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of files) cpSync(join(site, name), join(folder, name));
  // The example page belongs to the site, not to the package.
  const own = (name) => !name.startsWith('example');
  for (const name of readdirSync(join(site, 'api')).filter(own)) {
    cpSync(join(site, 'api', name), join(folder, 'api', name), { recursive: true });
  }
  for (const name of readdirSync(join(root, 'www/npm'))) cpSync(join(root, 'www/npm', name), join(folder, name));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

function manifest() {
  const [, version] = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.+)"$/m);
  return {
    name: 'simcse-lab',
    version,
    description: 'Contrastive sentence embeddings in a browser tab: encode, fine-tune, export; on WebGPU or on the CPU.',
    license: 'Apache-2.0',
    keywords: ['simcse', 'sentence-embeddings', 'contrastive-learning', 'webgpu', 'wasm', 'bert'],
    type: 'module',
    exports: {
      '.': { types: './api/simcse-lab.d.ts', default: './api/simcse-lab.js' },
      './vite': { types: './vite.d.ts', default: './vite.js' },
      './*': './*',
    },
    types: './api/simcse-lab.d.ts',
    sideEffects: false,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePackage(...process.argv.slice(2, 4));
