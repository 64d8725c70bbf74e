// Converts between the engine's messages (src/app/protocol) and JavaScript. A message is `{ Name: fields }`, or
// `'Name'` without fields; fields are in snake_case.

/** @import { Progress } from '../simcse-lab.js' */

/** @typedef {Record<string, any>} Fields */

/**
 * An event's name and fields.
 * @param {string | Record<string, Fields>} message
 * @returns {[string, Fields]}
 */
export function parts(message) {
  return typeof message === 'string' ? [message, {}] : Object.entries(message)[0];
}

/**
 * The same fields in camelCase, with `null` for undefined.
 * @param {Fields} fields
 */
export function camelCased(fields) {
  /** @param {string} name */
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value ?? null]));
}

/**
 * @param {string} name
 */
export const snakeCased = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * @param {Fields} progress
 * @returns {Progress}
 */
export function progressOf({ stage, done, total, seconds_left: secondsLeft }) {
  return { stage: stage.toLowerCase(), done, total: total ?? null, secondsLeft: secondsLeft ?? null };
}

/** @param {'original' | 'current'} weights */
export const weightsOf = (weights) => (weights === 'original' ? 'Original' : 'Current');
