/** The site's files, which www/build/service_worker.mjs puts in the place of this name. */
declare const FILES: unknown;
