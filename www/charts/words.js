// What the charts call things, in the page's language; see locales/*/runs.ftl and evaluation.ftl.

let words = {};

/** Words by message id, as JSON. */
export function speak(json) {
  words = { ...words, ...JSON.parse(json) };
}

export function word(id) {
  return words[id] ?? id;
}
