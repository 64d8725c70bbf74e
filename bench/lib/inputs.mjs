// Weights and rows of a case, made by our module and left on the server for all contenders.

import { readFile } from 'node:fs/promises';

const SEED = 42;
const TOKENIZER = '/models/all-MiniLM-L6-v2/tokenizer.json';
const SAMPLE = new URL('../../www/data/sample-sentences.txt', import.meta.url);
/** Tokens of a training sentence, and of an encoded one. */
const LONGEST = { train: 32, encode: 512 };

/** Sentences of a file: those of STS-B's table (columns 6 and 7), else a sentence a line. */
export function sentencesOf(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const pairs = lines.map((line) => line.split('\t')).filter((columns) => columns.length >= 7);
  return pairs.length === lines.length ? pairs.flatMap((columns) => columns.slice(5, 7)) : lines;
}

/** The sentences asked for, and in words where they are from. */
export async function readSentences(path) {
  if (path) return { sentences: sentencesOf(await readFile(path, 'utf8')), source: path };
  return { sentences: sentencesOf(await readFile(SAMPLE, 'utf8')), source: "www/data/sample-sentences.txt (the page's samples)" };
}

/** The first `count`, from the start again where there are fewer. */
const cycled = (sentences, count) => Array.from({ length: count }, (_, at) => sentences[at % sentences.length]);

/** Makes what the tasks need that is not there yet. */
export class Inputs {
  #made = new Set();

  constructor(ours, sentences) {
    this.ours = ours;
    this.sentences = sentences;
  }

  async #once(url, make) {
    if (!this.#made.has(url)) await make();
    this.#made.add(url);
    return url;
  }

  /** The case with the addresses of its weights, rows and reference. */
  async task(found) {
    if (found.kind === 'matmul') return found;
    const { layers, hidden, count, lengths, kind } = found;
    const weights = `/exchange/weights-${layers}x${hidden}`;
    await this.#once(weights, () => this.ours.call('weights', { layers, hidden, seed: SEED, url: weights }));
    const natural = lengths === 'natural';
    const rows = `/exchange/rows-${kind}-${count}-${lengths}`;
    const rowLengths = await this.ours.call('rows', {
      ...(natural
        ? { sentences: cycled(this.sentences, count), tokenizer: TOKENIZER, maxLength: LONGEST[kind] }
        : { lengths: Array(count).fill(lengths), seed: SEED }),
      url: rows,
    });
    const checked = [0, 1, 2, 3].map((at) => Math.floor(((at + 0.5) * count) / 4)).filter((row, at, all) => row !== all[at - 1]);
    const task = { ...found, weights, rows, reference: `/exchange/reference-${kind}-${found.name}`, rowLengths, checked };
    return natural && kind === 'encode' ? { ...task, tokenizer: TOKENIZER, maxLength: LONGEST.encode } : task;
  }
}
