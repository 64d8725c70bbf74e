import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';

test('a browser without WebGPU is told why and what to do', async () => {
  await withPage({ webgpu: false }, async (page) => {
    const panel = page.getByRole('alert').filter({ hasText: 'Training needs WebGPU' });
    await panel.waitFor();
    const words = await panel.innerText();
    for (const expected of ['Chrome', 'Firefox', 'Safari', 'https', 'localhost']) {
      assert.match(words, new RegExp(expected));
    }
    // The rest of the page is there to look at, and says what it waits for.
    assert.ok(await page.getByRole('link', { name: 'Playground' }).isVisible());
    assert.ok(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled());
  });
});

test('over plain http from another machine, the panel asks for https', async () => {
  await withPage({ host: 'lab.test' }, async (page) => {
    const panel = page.getByRole('alert').filter({ hasText: 'Training needs WebGPU' });
    await panel.waitFor();
    const words = await panel.innerText();
    assert.match(words, /opened over plain http/);
    assert.match(words, /Open it by https, or from localhost/);
  });
});
