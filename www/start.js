// Starts the page's program. A file of its own, so that the content security policy needs no exception.
const { program, wasm } = document.getElementById("start").dataset;

try {
  const { default: init } = await import(new URL(program, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
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
