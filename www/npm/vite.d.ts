// Types of vite.js.

/** The engine's files, beside this one. */
export const files: string[];

/** Serves the engine's files under `simcse-lab/`, writes them into the build, isolates the pages of Vite's servers. */
export default function simcseLab(): { name: string };
