// The charts' texts in the page's language; see locales/*/runs.ftl and evaluation.ftl.

let words = {};

/** Takes in texts by message id, as JSON. */
export function speak(json) {
  words = { ...words, ...JSON.parse(json) };
}

export function word(id) {
  return words[id] ?? id;
}
