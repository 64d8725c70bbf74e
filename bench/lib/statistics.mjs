/** Median and spread; `undefined` without samples. */
export function summary(samples) {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), samples: sorted.length };
}

/** The same in another unit; `change` may turn the order round. */
export function converted({ median, min, max, samples }, change) {
  const [low, high] = [change(min), change(max)].sort((a, b) => a - b);
  return { median: change(median), min: low, max: high, samples };
}

/**
 * From each point to the next: by how much more time and memory than work have grown; 1 is linear. Work is tokens times
 * the layers' parameters; `timeOfAll` is against tokens times all parameters, most of which are words that are only
 * looked up.
 */
export function growth(points) {
  return points.slice(1).map((point, at) => {
    const before = points[at];
    const work = point.work / before.work;
    const time = point.ms / before.ms;
    return { time: time / work, timeOfAll: (time * before.all) / point.all, memory: point.bytes / before.bytes / work };
  });
}

/** How many repetitions make a sample of about `target` milliseconds. */
export const repetitions = (ms, target, most) => Math.max(1, Math.min(most, Math.round(target / Math.max(ms, 1e-3))));

/**
 * Row numbers of a sample of about `tokens` tokens that has the rows' mix of lengths: groups of up to 32 rows of like
 * length, spread over all lengths. All rows if they are no more than that.
 */
export function sampleRows(lengths, tokens) {
  const order = lengths.map((_, row) => row).sort((a, b) => lengths[b] - lengths[a]);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  if (tokens >= all) return order;
  const count = Math.max(4, Math.round((tokens / all) * order.length));
  if (count >= order.length) return order;
  const size = Math.min(32, count);
  const groups = Math.floor(count / size);
  const room = order.length / groups;
  return Array.from({ length: groups }, (_, group) => {
    const first = Math.floor(group * room + (room - size) / 2);
    return order.slice(first, first + size);
  }).flat();
}
