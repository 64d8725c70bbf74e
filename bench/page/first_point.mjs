// From the page's address to a picture that moves: seconds from the navigation to the page, to the engine, to the picture of the
// loaded encoder, and from the press of "Train" to the first step, to the picture's first change, and to the second
// evaluation. And, from the press to the end of the run, how smoothly the page's own thread goes on: frames a second, the
// longest task, and how many tasks took more than 50 ms.
// node bench/page/first_point.mjs [--rounds 3] [--look 0: seconds from the picture to the press]

import { withPage } from '../../tests/e2e/harness.mjs';
import { Studio } from '../../tests/e2e/studio.mjs';
import { options } from './common.mjs';

const { rounds, look } = options({ rounds: '3', look: '0' });
const seconds = (milliseconds) => Number((milliseconds / 1000).toFixed(2));

for (let round = 1; round <= Number(rounds); round += 1) {
  // A browser of its own each time: nothing is kept.
  await withPage({ arrives: true }, async (page) => {
    const studio = new Studio(page);
    const now = () => page.evaluate(() => performance.now());
    const frames = (count) => page.waitForFunction((count) => Number(document.querySelector('.time-bar input').max) >= count, count);
    const button = studio.button('Train');
    await button.waitFor();
    const shown = await now();
    await page.locator('.chip-ready').waitFor();
    const ready = await now();
    await page.waitForFunction(() => /\d/.test(document.querySelector('.picture-score strong').textContent));
    const picture = await now();
    await page.waitForTimeout(1000 * Number(look));
    await page.evaluate(() => {
      const smooth = { frames: 0, from: performance.now(), tasks: [] };
      const frame = () => {
        smooth.frames += 1;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) smooth.tasks.push(duration);
      }).observe({ type: 'longtask' });
      globalThis.smooth = smooth;
    });
    await button.click();
    const pressed = await now();
    await studio.reach(1);
    const stepped = await now();
    await frames(1);
    const changed = await now();
    await page.waitForFunction(() => document.querySelectorAll('.evaluations tbody tr').length >= 2);
    const moved = await now();
    await studio.phase('Finished');
    const smooth = await page.evaluate(() => {
      const { frames, from, tasks } = globalThis.smooth;
      const perSecond = (1000 * frames) / (performance.now() - from);
      return { framesPerSecond: Math.round(perSecond), longestTask: Math.round(Math.max(0, ...tasks)), longTasks: tasks.length };
    });
    const times = { shown, ready, picture, stepped: stepped - pressed, changed: changed - pressed, moved: moved - pressed };
    const rounded = Object.entries(times).map(([name, time]) => [name, seconds(time)]);
    console.log(JSON.stringify({ round, ...Object.fromEntries(rounded), ...smooth }));
  });
}
