// Types of www/example/words.js, which is bundled to example-words.js.

/** The message under `id`, with its values. */
export function word(id: string, values?: Record<string, string | number>): string;

/** Translates the page. */
export function translatePage(): Promise<void>;

/** The other languages: their own names, and a function that switches the page to them. */
export function others(): { tag: string; name: string; speak(): void }[];
