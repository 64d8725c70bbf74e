import assert from 'node:assert/strict';
import { test } from 'node:test';

import { summary } from '../lib/statistics.mjs';
import { markdown, ratio, valued } from '../lib/report.mjs';

const counts = { dispatches: 69, submits: 10, buffers: 0, bindGroups: 0, readbacks: 1 };
const result = (contender, samples) => ({ contender, samples, units: 1, error: 1e-7, counts, ms: summary(samples) });

test('how much faster ours is does not depend on whether more or less is better', () => {
  const task = { m: 1000, k: 1000, n: 500 };
  const [ours, theirs] = valued('matmul', task, [result('ours', [100]), result('jax-webgpu', [250])]);
  // 1 GFLOP in 0.1 s.
  assert.equal(ours.value.median, 10);
  assert.equal(ratio('matmul', ours, theirs), 2.5);
  const [a, b] = valued('train', {}, [result('ours', [100]), result('jax-webgpu', [250])]);
  assert.equal(ratio('train', a, b), 2.5);
});

test('the report names what failed and what took too long', () => {
  const results = valued('train', {}, [
    { ...result('ours', [100, 120, 140]), bytes: 3 * 2 ** 20 },
    result('jax-webgpu', [600]),
    { contender: 'tfjs-webgpu', over: 'over 60 s' },
    { contender: 'tfjs-wasm', failed: 'no kernel' },
  ]);
  const sweeps = [{ axis: 'batch', points: [{ value: 8, ms: 5, bytes: 0, work: 1 }, { value: 16, ms: 10, bytes: 0, work: 2 }], growth: [{ time: 1, timeOfAll: 1.25, memory: 0.5 }] }];
  const text = markdown({
    environment: { adapter: 'swiftshader' },
    cases: [{ kind: 'train', task: { name: '2x128:32x2x16' }, results }],
    sweeps,
  });
  assert.match(text, /^- adapter: swiftshader$/m);
  assert.match(text, /^### 2x128:32x2x16$/m);
  assert.match(text, /^\| ours \| 120 \(100–140\) \| 3 \| 1\.00× \| 1\.0e-7 \| 69 \| 10 \| 0 \| 0 \| 1 \| 3 \|$/m);
  assert.match(text, /^\| jax-webgpu \| 600 \(600–600\) \| 1 \| 5\.00× /m);
  assert.match(text, /^\| tfjs-webgpu \| over 60 s \|/m);
  assert.match(text, /^\| tfjs-wasm \| failed: no kernel \|/m);
  assert.match(text, /^\| 16 \| 10\.0 \| .*\| 1\.00 \| 0\.500 \| 1\.25 \|$/m);
});
