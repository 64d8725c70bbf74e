// A Vite plugin that serves the engine's files in development and writes them into the build.

import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the files are, from the page: what `SimCSE.load` takes as `site`. */
const FOLDER = 'simcse-lab/';
const types = { js: 'text/javascript', wasm: 'application/wasm' };
/** The engine, beside this file. */
export const files = ['worker.js', 'worker_bg.wasm', 'worker_loader.js', 'worker_thread.js'];
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

// Without these a page cannot share memory between threads.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default function simcseLab() {
  return {
    name: 'simcse-lab',
    // Pre-bundled, the module would look for its worker among Vite's own files.
    config: () => ({ optimizeDeps: { exclude: ['simcse-lab'] }, server: { headers }, preview: { headers } }),
    configureServer({ middlewares, config }) {
      middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url, 'http://host');
        const name = files.find((file) => pathname === `${config.base}${FOLDER}${file}`);
        if (!name) return next();
        response.setHeader('Content-Type', types[name.split('.').at(-1)]);
        for (const [key, value] of Object.entries(headers)) response.setHeader(key, value);
        createReadStream(fileOf(name)).pipe(response);
      });
    },
    generateBundle() {
      for (const name of files) {
        this.emitFile({ type: 'asset', fileName: FOLDER + name, source: readFileSync(fileOf(name)) });
      }
    },
  };
}
