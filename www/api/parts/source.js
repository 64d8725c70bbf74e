// Makes the engine's sources out of models, files and addresses.

import { SimCSEError, aborted } from './error.js';
import { sentences, wrong } from './check.js';

/** @import { ModelFolder } from '../simcse-lab.js' */

const FOLDER_FILES = ['config.json', 'model.safetensors', 'tokenizer.json'];
const HUGGING_FACE = 'https://huggingface.co';
const MODEL_ID = /^([\w-][\w.-]*(?:\/[\w-][\w.-]*)?)(?:@([\w./-]+))?$/;

/**
 * The caller's files as a source.
 * @param {Iterable<File>} files
 */
export const filesOf = (files) => ({
  Files: Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, blob: file })),
});

/**
 * A folder's address with a slash at its end; a relative one starts at the page's, in a worker at its script's.
 * @param {unknown} url
 * @param {string} what
 */
export function folderUrl(url, what) {
  try {
    const address = new URL(String(url), globalThis.document?.baseURI ?? location.href);
    if (!address.pathname.endsWith('/')) address.pathname += '/';
    return address;
  } catch {
    throw wrong(what, url, 'an address');
  }
}

/**
 * @param {string} folder The name that the model and errors get.
 * @param {URL} url Of the folder, with a slash at its end.
 * @param {readonly string[]} names
 */
const folderOf = (folder, url, names) => ({
  Site: names.map((name) => ({ path: `${folder}/${name}`, url: new URL(name, url).href })),
});

/**
 * The source to load from; for a model of a hub also the address to download first.
 * @param {unknown} model
 * @param {URL} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ source: unknown, download?: unknown }>}
 */
export async function sourceOf(model, site, signal) {
  if (model === undefined || typeof model === 'string') return { source: await siteModel(model, site, signal) };
  if (model !== null && typeof model === 'object') {
    if ('hub' in model) {
      const address = hubAddress(model);
      return { source: { Cached: address }, download: address };
    }
    if ('url' in model) return { source: modelFolder(/** @type {ModelFolder} */ (model)) };
    const files = Symbol.iterator in model ? [.../** @type {Iterable<unknown>} */ (model)] : [];
    if (files.length > 0 && files.every((file) => file instanceof File)) {
      return { source: filesOf(/** @type {File[]} */ (files)) };
    }
  }
  throw wrong('model', model, "'models/NAME', Files, { url } or { hub: 'owner/name' }");
}

/**
 * @param {string | undefined} wanted
 * @param {URL} site
 * @param {AbortSignal} [signal]
 */
async function siteModel(wanted, site, signal) {
  const list = new URL('models/index.json', site);
  /** @type {{ name: string, path: string, files: string[] }[]} */
  const models = await fetch(list, { signal: signal ?? null })
    .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`the server answered ${response.status}`))))
    .catch((cause) => {
      if (signal?.aborted) throw aborted(signal);
      throw new SimCSEError('network', `The list of this site’s models, ${list}, could not be had: ${cause.message}`, { cause });
    });
  const found = models.find(({ name, path }) => wanted === undefined || wanted === name || wanted === `models/${path}`);
  if (!found) {
    const known = models.map(({ path }) => `'models/${path}'`).join(', ') || 'none';
    const advice = 'A folder elsewhere is { url: … }, a model on the Hugging Face hub { hub: … }.';
    throw new SimCSEError('input', `This site has no model ${wanted ?? 'at all'}; it has: ${known}. ${advice}`);
  }
  return folderOf(found.path, new URL(`models/${found.path}/`, site), found.files);
}

/** @param {ModelFolder} model */
function modelFolder({ url, files = FOLDER_FILES }) {
  const address = folderUrl(url, 'model.url');
  return folderOf(address.pathname.split('/').at(-2) || 'model', address, sentences(files, 'model.files'));
}

/** @param {{ hub: unknown, from?: unknown }} model */
function hubAddress({ hub, from = HUGGING_FACE }) {
  const match = typeof hub === 'string' ? hub.trim().match(MODEL_ID) : null;
  if (!match) throw wrong('model.hub', hub, 'owner/name, or owner/name@revision');
  const [, id, revision = 'main'] = match;
  return { base: String(from).replace(/\/+$/, ''), model: { id, revision } };
}
