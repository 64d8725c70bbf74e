// One of the threads of the engine: the same module over the same memory. The engine starts it and tells it when to work.
import init, { run_thread } from './worker.js';

onmessage = async ({ data: { module, memory } }) => {
  await init({ module_or_path: module, memory });
  postMessage(null);
  run_thread();
};
