// Which kind of matrix product is fastest on a device: measured once, which takes about a second, and kept in the
// browser. The site's own page does the same.

/** @import { Progress } from '../simcse-lab.js' */
/** @import { Engine } from './engine.js' */
/** @import { Fields } from './wire.js' */

// What may have been kept by an earlier version is of use only if it is one of these.
const KINDS = ['small', 'medium', 'large'];

/**
 * @param {Pick<Engine, 'ask' | 'tell'>} engine
 * @param {Fields} device
 * @param {{ onProgress?: (progress: Progress) => void, signal?: AbortSignal }} how
 */
export async function tune(engine, device, how) {
  // The CPU has one way only, and a GPU that it imitates is not worth the time.
  if (device.kind === 'cpu' || device.software) return;
  const key = `simcse-lab api matmul: ${JSON.stringify(device)}`;
  const kept = recall(key);
  if (kept && KINDS.includes(kept)) {
    engine.tell({ UseMatmul: { kind: kept } });
    return;
  }
  // What is built from now on uses the fastest. Where that cannot be found out, the device's default does.
  const { ceilings } = await engine.ask('Tune', how).catch(() => ({ ceilings: { matmul_gigaflops: [] } }));
  const [best] = ceilings.matmul_gigaflops.toSorted((/** @type {any} */ a, /** @type {any} */ b) => b[1] - a[1]);
  if (best) remember(key, best[0]);
}

// A browser that lets the page keep nothing, or has no room, is no obstacle: the next visit finds it out again.

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not worth a word.
  }
}
