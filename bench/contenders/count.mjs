// Counts what a page asks of WebGPU. Imported before any library, so that none keeps an uncounted method.

const counted = {
  buffers: ['GPUDevice', 'createBuffer'],
  bindGroups: ['GPUDevice', 'createBindGroup'],
  submits: ['GPUQueue', 'submit'],
  dispatches: ['GPUComputePassEncoder', 'dispatchWorkgroups'],
  readbacks: ['GPUBuffer', 'mapAsync'],
};

const counts = Object.fromEntries(Object.keys(counted).map((name) => [name, 0]));

for (const [name, [type, method]] of Object.entries(counted)) {
  const prototype = globalThis[type]?.prototype;
  const original = prototype?.[method];
  if (!original) continue;
  prototype[method] = function count(...all) {
    counts[name] += 1;
    return original.apply(this, all);
  };
}

/** All counts so far. */
export const snapshot = () => ({ ...counts });
