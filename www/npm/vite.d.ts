/** The engine's files, beside this one. */
export const files: string[];

/** Serves the engine's files under `simcse-lab/` and writes them there; isolates the pages of Vite's servers. */
export default function simcseLab(): { name: string };
