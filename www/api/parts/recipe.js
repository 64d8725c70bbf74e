// A recipe as callers write it, in the engine's words. Whether a value makes sense is the engine's to say; here it must
// only be of the right type.

import { oneOf, wrong } from './check.js';
import { OPTIONS } from './options.js';
import { snakeCased } from './wire.js';

/** @import { Pooler } from '../simcse-lab.js' */

/** @typedef {(value: any, name: string) => unknown} Check */

/** @type {Check} */
const whole = (value, name) => {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw wrong(name, value, 'a whole number from 0 on');
  return value;
};

/** @type {Check} */
const number = (value, name) => {
  if (!Number.isFinite(value)) throw wrong(name, value, 'a number');
  return value;
};

/** @type {Check} */
const wholes = (value, name) => {
  if (!Array.isArray(value)) throw wrong(name, value, 'an array of whole numbers');
  return value.map((item, index) => whole(item, `${name}[${index}]`));
};

/** @type {Check} */
const flag = (value, name) => {
  if (typeof value !== 'boolean') throw wrong(name, value, 'true or false');
  return value;
};

/**
 * @param {readonly string[]} known
 * @returns {Check}
 */
const augmentation = (known) => (value, name) => {
  const [kind, share, ...rest] = String(value).split(':');
  const fits = known.includes(kind) && rest.length === 0 && (share === undefined || Number(share) >= 0);
  if (typeof value !== 'string' || !fits) {
    throw wrong(name, value, `${known.join(', ')}, with a colon and a share where it has one, such as 'crop:0.1'`);
  }
  return value;
};

/**
 * @param {readonly string[]} known
 * @returns {Check}
 */
const choice = (known) => (value, name) => oneOf(value, known, name);

/** @type {Record<string, (known: readonly string[]) => Check>} */
const KINDS = { whole: () => whole, number: () => number, wholes: () => wholes, flag: () => flag, choice, augmentation };

/** @type {Record<string, Check>} */
const CHECKS = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { kind, names }]) => [name, KINDS[kind](names ?? [])]),
);

/** The options that make a recipe. */
export const RECIPE = Object.keys(CHECKS);

/**
 * The engine's options, but for those that depend on the data.
 * @param {Record<string, unknown>} options Others than a recipe's are passed over.
 * @param {Pooler} modelPooler
 * @returns {Record<string, unknown>}
 */
export function recipe(options, modelPooler) {
  const given = Object.entries(options).filter(([name]) => name in CHECKS);
  const checked = given.map(([name, value]) => [snakeCased(name), CHECKS[name](value, name)]);
  return { pooler: modelPooler, ...Object.fromEntries(checked) };
}

/**
 * With objective and head as the data call for.
 * @param {Record<string, unknown>} recipe
 * @param {boolean} supervised
 */
export function completed(recipe, supervised) {
  const head = recipe.pooler !== 'cls' ? 'none' : supervised ? 'keep' : 'train-only';
  return { objective: supervised ? 'sup' : 'unsup', head, ...recipe };
}

/**
 * The pooler of what such a run makes: `cls` without its head is `cls_before_pooler`.
 * @param {Record<string, unknown>} recipe
 */
export const trainedPooler = ({ pooler, head }) =>
  /** @type {Pooler} */ (pooler === 'cls' && head !== 'keep' ? 'cls_before_pooler' : pooler);
