// A random BERT of a few kilobytes, as the files of its folder: what tests load where only the page is at stake.

export const shape = { vocab: 59, hidden: 32, layers: 2, heads: 2, intermediate: 64, positions: 64 };

/** [PAD] [UNK] [CLS] [SEP] [MASK], then every letter at a word's start and within: no English word is unknown. */
export function vocabulary() {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  return [...special, ...letters, ...letters.map((letter) => `##${letter}`), '.', ','];
}

export function config(changes = {}) {
  return {
    model_type: 'bert',
    architectures: ['BertModel'],
    vocab_size: shape.vocab,
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: shape.intermediate,
    max_position_embeddings: shape.positions,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    hidden_act: 'gelu',
    pad_token_id: 0,
    ...changes,
  };
}

/** Name → shape of every weight, as `transformers.BertModel` without a pooler names them. */
function tensorShapes(vocab) {
  const { hidden, layers, intermediate, positions } = shape;
  const all = {
    'embeddings.word_embeddings.weight': [vocab, hidden],
    'embeddings.position_embeddings.weight': [positions, hidden],
    'embeddings.token_type_embeddings.weight': [2, hidden],
  };
  const linear = (name, out, inputs) => {
    all[`${name}.weight`] = [out, inputs];
    all[`${name}.bias`] = [out];
  };
  const norm = (name) => {
    all[`${name}.LayerNorm.weight`] = [hidden];
    all[`${name}.LayerNorm.bias`] = [hidden];
  };
  norm('embeddings');
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, hidden, hidden);
    linear(`${at}.attention.output.dense`, hidden, hidden);
    norm(`${at}.attention.output`);
    linear(`${at}.intermediate.dense`, intermediate, hidden);
    linear(`${at}.output.dense`, hidden, intermediate);
    norm(`${at}.output`);
  }
  return all;
}

// Mulberry32: the same numbers on every machine.
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Six sentences of its words. */
export const tinyTexts = ['the cat sat', 'a dog runs', 'fish and chips', 'blue sky', 'one two three', 'the old house'].join('\n');

/** A safetensors file of random weights for `vocab` words; `change(name, values)` may spoil them. */
export function weights(change = () => {}, vocab = shape.vocab) {
  const random = generator(7);
  const header = {};
  const parts = [];
  let offset = 0;
  for (const [name, dimensions] of Object.entries(tensorShapes(vocab))) {
    const values = new Float32Array(dimensions.reduce((product, size) => product * size, 1));
    const scale = name.endsWith('LayerNorm.weight') ? 0 : 0.12;
    const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
    for (let index = 0; index < values.length; index += 1) values[index] = centre + scale * (random() - 0.5) * 2;
    change(name, values);
    header[name] = { dtype: 'F32', shape: dimensions, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    parts.push(Buffer.from(values.buffer));
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

/** The folder's files, as Playwright's `setInputFiles` takes them; `changes` replaces some by name, `null` removes. */
export function tinyModel(changes = {}) {
  const files = {
    'config.json': JSON.stringify(config()),
    'model.safetensors': weights(),
    'vocab.txt': `${vocabulary().join('\n')}\n`,
    ...changes,
  };
  return Object.entries(files)
    .filter(([, content]) => content !== null)
    .map(([name, content]) => file(name, content));
}

/** The same over the characters of some texts, as Chinese BERTs have them. */
export function characterModel(...texts) {
  const characters = [...new Set(texts.join('').replaceAll(/\s/gu, ''))].sort();
  const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...characters];
  return tinyModel({
    'config.json': JSON.stringify(config({ vocab_size: words.length })),
    'model.safetensors': weights(undefined, words.length),
    'vocab.txt': `${words.join('\n')}\n`,
  });
}

export function file(name, content) {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}

/** Reads a safetensors file's header. */
export function header(bytes) {
  return JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
}
