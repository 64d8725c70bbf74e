// What it would cost to sum gradients between plain workers, where a page is not isolated and memory cannot be shared:
// milliseconds of copying so many floats out of one module's memory, handing them over, and adding them into another's.
// node bench/page/exchange.mjs

import { withPage } from '../../tests/e2e/harness.mjs';

const ROUNDS = 9;

await withPage({}, async (page) => {
  // The site's content policy has no room for a worker out of a string.
  await page.goto('about:blank');
  for (const [name, floats] of [['2×128', 4_369_000], ['4×256', 11_105_000], ['6×384', 22_565_000]]) {
    const milliseconds = await page.evaluate(
      async ({ floats, ROUNDS }) => {
        const source = `
          const memory = new WebAssembly.Memory({ initial: Math.ceil(${floats} / 16384) });
          const own = new Float32Array(memory.buffer, 0, ${floats});
          onmessage = ({ data }) => {
            if (data) { own.set(data); postMessage(null); }
            else { const copy = own.slice(); postMessage(copy, [copy.buffer]); }
          };`;
        const worker = new Worker(URL.createObjectURL(new Blob([source])));
        const memory = new WebAssembly.Memory({ initial: Math.ceil(floats / 16384) });
        const own = new Float32Array(memory.buffer, 0, floats);
        const times = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const before = performance.now();
          worker.postMessage(null);
          const theirs = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
          for (let at = 0; at < floats; at += 1) own[at] += theirs[at];
          const weights = own.slice();
          worker.postMessage(weights, [weights.buffer]);
          await new Promise((resolve) => { worker.onmessage = resolve; });
          times.push(performance.now() - before);
        }
        return times.sort((a, b) => a - b)[(ROUNDS - 1) / 2];
      },
      { floats, ROUNDS },
    );
    console.log(JSON.stringify({ model: name, floats, milliseconds: Number(milliseconds.toFixed(1)) }));
  }
});
