// Checks of callers' arguments before they reach the engine: an error names the argument, the place in it, and what is
// expected.

import { SimCSEError } from './error.js';
import { OPTIONS } from './options.js';

/** @import { Pooler } from '../simcse-lab.js' */

export const POOLERS = /** @type {readonly Pooler[]} */ (OPTIONS.pooler.names);

/** @param {unknown} value */
function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value !== null && typeof value === 'object' ? 'an object' : String(value);
}

/**
 * @param {string} what
 * @param {unknown} found
 * @param {string} expected
 */
export const wrong = (what, found, expected) =>
  new SimCSEError('input', `${what} is ${shown(found)}; expected ${expected}`);

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {string[]}
 */
export function sentences(value, what) {
  if (!Array.isArray(value)) throw wrong(what, value, 'an array of strings');
  for (const [index, item] of value.entries()) {
    if (typeof item !== 'string') throw wrong(`${what}[${index}]`, item, 'a string');
  }
  return value;
}

/**
 * Training data, other than a file, as the engine's message.
 * @param {unknown} value
 */
export function trainingItems(value) {
  const expected = 'an array of sentences, of pairs [sentence, positive], of triplets [sentence, positive, negative], or a File';
  if (!Array.isArray(value)) throw wrong('data', value, expected);
  if (typeof value[0] === 'string' || value.length === 0) return { Sentences: sentences(value, 'data') };
  const width = Array.isArray(value[0]) ? value[0].length : 0;
  if (width !== 2 && width !== 3) throw wrong('data[0]', value[0], 'a string, a pair or a triplet of strings');
  for (const [index, item] of value.entries()) {
    if (!Array.isArray(item) || item.length !== width) {
      throw wrong(`data[${index}]`, item, `${width} strings, as the first item has`);
    }
    sentences(item, `data[${index}]`);
  }
  return width === 2 ? { Pairs: value } : { Triplets: value };
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {[string, string, number][]}
 */
export function gradedPairs(value, what) {
  if (!Array.isArray(value)) throw wrong(what, value, 'an array of [sentence, sentence, score], or a File');
  for (const [index, item] of value.entries()) {
    const fits = Array.isArray(item) && item.length === 3;
    if (!fits || typeof item[0] !== 'string' || typeof item[1] !== 'string' || typeof item[2] !== 'number') {
      throw wrong(`${what}[${index}]`, item, '[sentence, sentence, score]');
    }
  }
  return value;
}

/**
 * @template {string} T
 * @param {unknown} value
 * @param {readonly T[]} known
 * @param {string} what
 * @returns {T}
 */
export function oneOf(value, known, what) {
  const found = known.find((name) => name === value);
  if (found === undefined) throw wrong(what, value, known.map((name) => `'${name}'`).join(', '));
  return found;
}

/**
 * Refuses unknown options: a misspelt one would otherwise be ignored silently.
 * @param {unknown} options
 * @param {readonly string[]} known
 * @param {string} of The function's name.
 * @returns {Record<string, unknown>} The options that have a value.
 */
export function options(options, known, of) {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object') throw wrong(`the last argument of ${of}`, options, 'options');
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new SimCSEError('input', `${of} has no option “${name}”; it has ${known.join(', ')}`);
    }
  }
  const { onProgress, signal } = /** @type {Record<string, unknown>} */ (options);
  if (onProgress !== undefined && typeof onProgress !== 'function') throw wrong('onProgress', onProgress, 'a function');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong('signal', signal, 'an AbortSignal');
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
