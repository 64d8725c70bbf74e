// Other loaders of the engine's worker: what a test needs in the worker before the engine starts.

const start = `
  const { default: init } = await import('./worker.js');
  await init();
`;

/** The site's files, path → content, with a loader that runs the program `first`. */
export const loadedAfter = (first) => ({ 'worker_loader.js': `${first}${start}` });

/** A program by which the engine's device, once it has one, is `self.device`; in a browser without WebGPU it does nothing. */
export const reachableDevice = `
  if (globalThis.GPUAdapter) {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...how) {
      self.device = await request.apply(this, how);
      return self.device;
    };
  }
`;
