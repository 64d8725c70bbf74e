// Serves the contenders' pages from this machine alone, isolated (COOP, COEP) so that WebAssembly may have threads, and
// keeps what they exchange: weights, rows, results.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = {
  '/generated/': join(root, 'bench/generated/'),
  '/modules/': join(root, 'bench/node_modules/'),
  '/models/': join(root, 'www/generated/models/'),
};
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

const page = (bundle) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>${bundle}</title>` +
  `<script type="module" src="/generated/${bundle}.js"></script>`;

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

async function answer(request, response, exchange) {
  const path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
  if (path.startsWith('/exchange/')) {
    if (request.method === 'PUT') {
      exchange.set(path, await body(request));
      response.writeHead(204, isolation).end();
    } else if (request.method === 'POST') {
      exchange.set(path, Buffer.concat([exchange.get(path) ?? Buffer.alloc(0), await body(request)]));
      response.writeHead(204, isolation).end();
    } else if (exchange.has(path)) {
      response.writeHead(200, isolation).end(exchange.get(path));
    } else {
      response.writeHead(404, isolation).end();
    }
    return;
  }
  const contender = path.match(/^\/([a-z-]+)\.html$/)?.[1];
  if (contender) {
    response.writeHead(200, { ...isolation, 'content-type': 'text/html' }).end(page(contender));
    return;
  }
  const base = Object.keys(folders).find((prefix) => path.startsWith(prefix));
  const file = base && join(folders[base], normalize(path.slice(base.length)));
  const found = file?.startsWith(folders[base]) && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) {
    response.writeHead(404, isolation).end('not found');
    return;
  }
  const type = types[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { ...isolation, 'content-type': type, 'content-length': found.size });
  createReadStream(file).pipe(response);
}

/** Starts the server; returns its address, what it exchanges, and how to stop it. */
export async function serve() {
  const exchange = new Map();
  const server = createServer((request, response) => {
    answer(request, response, exchange).catch((error) => response.destroy(error));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, exchange, close: () => new Promise((closed) => server.close(closed).closeAllConnections?.()) };
}
