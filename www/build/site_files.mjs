// Which of the site's files a browser keeps for use without a network, and when.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Files of more bytes, which are the weights of large models, are kept when the visitor first loads them and not when
 * the page is first opened, so as not to use a visitor's connection unasked.
 */
export const LARGE = 20e6;

/** Files that the browser fetches itself, bypassing the service worker's caches. */
const NOT_KEPT = ['sw.js'];

/**
 * @typedef {object} SiteFile
 * @property {string} path Below the site's folder, with slashes.
 * @property {number} bytes
 * @property {string} digest SHA-256 of its content in base64.
 */

/**
 * All files below a folder, by path. Names that begin with a dot are left out: hosts do not serve them.
 * @param {string} site
 * @returns {SiteFile[]}
 */
export function siteFiles(site) {
  const names = readdirSync(site, { recursive: true }).filter((name) => statSync(join(site, name)).isFile());
  const paths = names.map((name) => name.replaceAll(sep, '/'));
  const served = paths.filter((path) => !path.split('/').some((part) => part.startsWith('.')));
  return served.sort().map((path) => {
    const content = readFileSync(join(site, path));
    return { path, bytes: content.length, digest: createHash('sha256').update(content).digest('base64') };
  });
}

/**
 * Divides the files into `first`, kept at the first visit, and `later`, kept when they are first loaded.
 * @param {SiteFile[]} files
 */
export function divide(files) {
  const kept = files.filter(({ path }) => !NOT_KEPT.includes(path));
  return { first: kept.filter(({ bytes }) => bytes <= LARGE), later: kept.filter(({ bytes }) => bytes > LARGE) };
}

/**
 * The lists as the service worker takes them. A new revision makes it fetch a file again; the integrity hash lets the
 * browser refuse a file of another build, which a host may still serve while it is being updated. Pages have no hash:
 * some hosts modify them.
 * @param {SiteFile[]} files
 */
export function lists(files) {
  const { first, later } = divide(files);
  const url = (path) => path.split('/').map(encodeURIComponent).join('/');
  const revision = (digest) => Buffer.from(digest, 'base64').toString('hex').slice(0, 16);
  return {
    first: first.map(({ path, digest }) => ({
      url: url(path),
      revision: revision(digest),
      ...(path.endsWith('.html') ? {} : { integrity: `sha256-${digest}` }),
    })),
    later: later.map(({ path, digest }) => ({ url: url(path), revision: revision(digest) })),
  };
}
