// Serves the built page from a sub-path and opens it in headless Chromium. What computes is the CPU, unless a test asks for
// the GPU, which SwiftShader imitates.
// A page that asks another origin for anything, logs an error or throws fails its test.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const dist = join(root, 'dist');
// Not the host's root: the site must work from wherever it is put.
const subfolder = '/some/folder/';

const types = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

// What lets a page share memory between threads.
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

async function answer(request, response, { base, folder, files, cleanUrls, isolated }) {
  if (isolated) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
  const path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
  const own = path.startsWith(base) ? files[path.slice(base.length)] : undefined;
  if (own !== undefined) {
    const type = types[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(own) });
    response.end(request.method === 'HEAD' ? undefined : own);
    return;
  }
  let file = path.startsWith(base) ? join(folder, normalize(path.slice(base.length))) : undefined;
  if (cleanUrls && file?.endsWith('.html')) {
    response.writeHead(308, { location: path.replace(/(index)?\.html$/, '') || '/' }).end();
    return;
  }
  if (file?.endsWith('/') || file === folder) file = join(file, 'index.html');
  let found = file && (await stat(file).catch(() => undefined));
  if (cleanUrls && file && !found) found = await stat((file += '.html')).catch(() => undefined);
  if (!found?.isFile()) {
    response.writeHead(404).end('not found');
    return;
  }
  const type = types[extname(file)] ?? 'application/octet-stream';
  const vary = cleanUrls && { vary: 'accept, origin' };
  response.writeHead(200, { 'content-type': type, 'content-length': found.size, ...vary });
  createReadStream(file).pipe(response);
}

/**
 * Starts a static server of a site; returns its address, how to stop it, and the `site` that it has, to be changed.
 * `site.folder` is where the site is built (`dist/`), `site.base` the path that it is put under, `site.files`, path →
 * content, are there too, and in place of those of the same path. `site.cleanUrls` makes it a host that leads from
 * `page.html` to `page` and says that answers vary with the request; `site.isolated: false` one without the headers by
 * which pages may use several threads.
 */
export async function serve(options = {}) {
  const site = { base: subfolder, folder: dist, files: {}, isolated: true, ...options };
  const server = createServer((request, response) => {
    answer(request, response, site).catch((error) => response.destroy(error));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${server.address().port}${site.base}`;
  const close = () => new Promise((closed) => server.close(closed).closeAllConnections?.());
  return { url, close, site };
}

const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
/** What Chromium is started with, SwiftShader's GPU included. */
export const browserFlags = [...quiet, ...webgpu];
const noWebgpu = ['--disable-features=WebGPU', '--disable-blink-features=WebGPU'];

function addressOf(url, { path = '', hub, arrives }) {
  const address = new URL(path, url);
  if (hub) address.searchParams.set('hub', hub);
  if (!arrives && !path.startsWith('api/')) address.searchParams.set('start', 'empty');
  return address.href;
}

/**
 * Opens the page for one test and closes all when `use` is done.
 * `options.webgpu: false` starts a browser without it; `options.context` is Playwright's (viewport, colorScheme …);
 * `options.host` is the name under which the page is opened (not localhost, hence insecure); `options.expectErrors`
 * lets the page log errors; `options.beforeLoad(page)` is called first. `options.hub` is a hub's address that the page
 * is told of, and may ask. `options.arrives` has the page load what it does by itself; otherwise it begins empty.
 * `options.path` is another page of the site than the first, `options.files` what the server has
 * beside the site, `options.site` what else it is told, see `serve`; `options.flags` are more of the browser's.
 */
export async function withPage(options, use) {
  const server = await serve({ ...options.site, ...(options.files && { files: options.files }) });
  const url = server.url.replace('127.0.0.1', options.host ?? '127.0.0.1');
  const allowed = [new URL(url).origin, ...(options.hub ? [options.hub] : [])];
  const args = [...quiet, ...(options.flags ?? []), ...(options.host ? [`--host-resolver-rules=MAP ${options.host} 127.0.0.1`] : []), ...(options.webgpu === false ? noWebgpu : webgpu)];
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless=new', ...args],
  });
  const faults = [];
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options.context });
    const page = await context.newPage();
    context.on('request', (request) => {
      const asked = request.url();
      if (!allowed.some((origin) => asked.startsWith(origin)) && !/^(data|blob):/.test(asked)) {
        faults.push(`a request left the site: ${asked}`);
      }
    });
    page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !options.expectErrors) faults.push(`console: ${message.text()}`);
    });
    if (options.beforeLoad) await options.beforeLoad(page);
    await page.goto(addressOf(url, options));
    await use(page, { url, context, server });
    assert.deepEqual(faults, []);
  } catch (error) {
    if (faults.length > 0) console.error(faults.join('\n'));
    throw error;
  } finally {
    await browser.close();
    await server.close();
  }
}
