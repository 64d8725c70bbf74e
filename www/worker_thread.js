// One of the threads of the engine: the same module over the same memory. The engine starts it and tells it when to work.
import init, { run_thread, thread_failed } from './worker.js';

onmessage = async ({ data: { module, memory } }) => {
  await init({ module_or_path: module, memory });
  postMessage(null);
  try {
    run_thread();
  } catch (error) {
    // WebAssembly does not unwind: without a word the others would wait for this one for ever.
    thread_failed();
    throw error;
  }
};
