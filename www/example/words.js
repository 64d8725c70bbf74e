// The texts of the example page (www/api/example.html), in the language chosen on the site's page, else the browser's.
// Bundled to example-words.js, beside that page.

import { FluentBundle, FluentResource } from "@fluent/bundle";
import { DOMLocalization } from "@fluent/dom";
import { negotiateLanguages } from "@fluent/langneg";

import english from "../../locales/en/example.ftl";
import chinese from "../../locales/zh-CN/example.ftl";

/** Where the site's page keeps its language; see src/app/ui/words/language.rs. */
const KEPT = "simcse-lab.language";
const TEXTS = { en: english, "zh-CN": chinese };

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function chosen() {
  const known = Object.keys(TEXTS);
  const before = kept();
  if (known.includes(before)) return before;
  const [best] = negotiateLanguages(navigator.languages, known, { defaultLocale: "en", strategy: "lookup" });
  return best;
}

const language = chosen();
const bundle = new FluentBundle(language, { useIsolating: false });
bundle.addResource(new FluentResource(TEXTS[language]));

/** The message under `id`, with its values. */
export function word(id, values = {}) {
  const message = bundle.getMessage(id);
  return message?.value ? bundle.formatPattern(message.value, values) : id;
}

/** Translates the page: elements name their message in `data-l10n-id`. */
export async function translatePage() {
  document.documentElement.lang = language;
  document.title = word("example-page-title");
  const page = new DOMLocalization(["example.ftl"], async function* () {
    yield bundle;
  });
  page.connectRoot(document.documentElement);
  await page.translateRoots();
}

/** The other languages: their own names, and a function that switches the page to them. */
export function others() {
  const names = { en: "English", "zh-CN": "简体中文" };
  return Object.keys(TEXTS)
    .filter((tag) => tag !== language)
    .map((tag) => ({
      tag,
      name: names[tag],
      speak() {
        try {
          localStorage.setItem(KEPT, tag);
        } catch {
          // Where nothing can be kept, the language stays as it is.
        }
        location.reload();
      },
    }));
}
