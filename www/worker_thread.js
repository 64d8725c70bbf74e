// A thread of the engine: the same module over the same memory, started and given work by the engine.
import init, { run_thread, thread_failed } from './worker.js';

onmessage = async ({ data: { module, memory } }) => {
  await init({ module_or_path: module, memory });
  postMessage(null);
  try {
    run_thread();
  } catch (error) {
    // WebAssembly does not unwind: untold, the other threads would wait for this one forever.
    thread_failed();
    throw error;
  }
};
