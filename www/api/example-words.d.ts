/** The message under `id`, with its values; see www/example/words.js. */
export function word(id: string, values?: Record<string, string | number>): string;

/** Writes the page's own words in its language. */
export function translatePage(): Promise<void>;

/** The other languages, by their own names, with what makes the page speak them. */
export function others(): { tag: string; name: string; speak(): void }[];
