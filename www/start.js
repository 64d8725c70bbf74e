// Starts the page's program. A file of its own, so that the content security policy needs no exception.
const { program } = document.getElementById("start").dataset;

// A module whose only function uses a SIMD instruction: invalid in a browser without WebAssembly's SIMD.
const simd = [
  [0, 97, 115, 109, 1, 0, 0, 0],
  [1, 5, 1, 96, 0, 1, 123],
  [3, 2, 1, 0],
  [10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
];

/**
 * Starts the engine's worker, so that it opens its device while the page's program is fetched and compiled. The program
 * takes it over (www/glue/engine.js); what it says before is kept. If it computes with something else than the program
 * wants after all, the program starts another.
 */
function beginEngine() {
  let device = new URLSearchParams(location.search).get("device");
  try {
    // As src/app/ui/browser/device_choice.rs keeps it.
    device ??= localStorage.getItem("simcse-lab device");
  } catch {
    // The browser keeps nothing for this page.
  }
  const address = `${new URL("worker_loader.js", document.baseURI)}#device=${device ?? "auto"}`;
  const early = [];
  const worker = new Worker(address, { type: "module" });
  worker.onmessage = worker.onerror = (event) => early.push(event);
  globalThis.simcseLabEngine = { address, worker, early };
}

try {
  if (!WebAssembly.validate(Uint8Array.from(simd.flat()))) {
    throw new Error("This browser has no WebAssembly SIMD, which Chrome and Edge 91, Firefox 89 and Safari 16.4 have.");
  }
  beginEngine();
  const { default: init } = await import(new URL(program, document.baseURI));
  await init();
} catch (error) {
  const boot = document.getElementById("boot");
  const heading = document.createElement("h1");
  heading.textContent = "SimCSE Lab could not start";
  const advice = document.createElement("p");
  advice.textContent =
    "Its program did not load or this browser cannot run it. Reload the page; if that does not help, use a current " +
    "Chrome, Edge, Firefox or Safari.";
  const words = document.createElement("pre");
  words.textContent = String(error);
  boot?.setAttribute("role", "alert");
  boot?.replaceChildren(heading, advice, words);
  throw error;
}
