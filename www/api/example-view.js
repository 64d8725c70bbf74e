// The view of the example page: progress, results and errors. It does not use the engine.

/** @import { Evaluation, Matrix, Progress, TrainingEvent } from './simcse-lab.js' */

import { others, translatePage, word } from './example-words.js';

/** Three pairs of near-paraphrases. */
export const sentences = [
  'The cat is asleep on the windowsill.',
  'A kitten naps by the window.',
  'The train to the coast leaves at noon.',
  'At twelve o’clock the seaside train departs.',
  'She stirred the soup and added a pinch of salt.',
  'A little salt went into the soup as she stirred it.',
];

/**
 * Fetches a sample text of the site.
 * @param {string} name
 */
async function fetchFile(name) {
  const response = await fetch(new URL(`../data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name} could not be fetched: the server answered ${response.status}.`);
  return new File([await response.blob()], name);
}

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [run, stop] = /** @type {HTMLButtonElement[]} */ ([place('run'), place('stop')]);
const bar = /** @type {HTMLProgressElement} */ (place('progress'));

/**
 * @param {string} name
 * @param {(string | Node)[]} content
 */
function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function shape(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * @param {number | null} value
 * @param {number} [digits]
 */
const shown = (value, digits = 3) => (value === null ? '–' : value.toFixed(digits).replace('-', '−'));

/** @param {string} words */
function say(words) {
  // A screen reader would read the same text out again.
  if (place('status').textContent !== words) place('status').textContent = words;
  bar.hidden = true;
}

/** @param {number | null} share */
function show(share) {
  bar.hidden = false;
  if (share === null) bar.removeAttribute('value');
  else bar.value = share;
}

/** @type {Record<Progress['stage'], string>} */
const STAGES = {
  downloading: 'example-downloading',
  fetching: 'example-fetching',
  reading: 'example-reading',
  preparing: 'example-preparing',
  measuring: 'example-measuring',
  compiling: 'example-compiling',
  tokenising: 'example-tokenising',
  encoding: 'example-encoding',
  evaluating: 'example-evaluating',
  writing: 'example-writing',
};

/** @type {number[]} */
let losses = [];
let total = 0;

function drawLosses() {
  const [width, height, edge] = [480, 150, 10];
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const x = (/** @type {number} */ index) => edge + ((width - 2 * edge) * index) / Math.max(1, total - 1);
  const y = (/** @type {number} */ loss) => edge + ((height - 2 * edge) * (high - loss)) / (high - low || 1);
  const points = losses.map((loss, index) => `${x(index).toFixed(1)},${y(loss).toFixed(1)}`);
  const chart = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': word('example-chart') });
  chart.append(shape('polyline', { points: points.join(' ') }));
  const [lastX, lastY] = (points.at(-1) ?? '0,0').split(',');
  chart.append(shape('circle', { cx: lastX, cy: lastY, r: 4 }));
  const [latest, least, most] = [losses.at(-1) ?? 0, low, high].map((loss) =>
    loss < 1e-3 ? loss.toExponential(1).replace('-', '−') : loss.toFixed(3),
  );
  const caption = element('p', word('example-caption', { step: losses.length, total, latest, least, most }));
  place('training').replaceChildren(chart, caption);
}

const HEADINGS = ['example-weights', 'example-spearman', 'example-alignment', 'example-uniformity'];

export const view = {
  /**
   * Runs `program` when the button is pressed, and shows its error if it fails.
   * @param {() => Promise<void>} program
   */
  async onRun(program) {
    run.onclick = async () => {
      run.disabled = true;
      place('error').textContent = '';
      for (const output of document.querySelectorAll('.output')) output.replaceChildren();
      losses = [];
      say(word('example-starting'));
      try {
        await program();
        say(word('example-done'));
      } catch (error) {
        say(word('example-ended'));
        place('error').textContent = error instanceof Error ? error.message : String(error);
      } finally {
        stop.disabled = true;
        run.disabled = false;
        run.textContent = word('example-again');
        // A disabled button loses the focus; keyboard users get it back.
        if (document.activeElement === document.body) run.focus();
      }
    };
    await translatePage();
    bar.setAttribute('aria-label', word('example-progress'));
    for (const { tag, name, speak } of others()) {
      const button = element('button', name);
      button.lang = tag;
      button.onclick = speak;
      place('languages').append(button);
    }
    const source = await fetch(new URL('example.js', import.meta.url));
    place('program').textContent = (await source.text()).trimEnd();
  },

  /** @param {() => void} end */
  onStop(end) {
    stop.disabled = false;
    stop.onclick = () => {
      stop.disabled = true;
      end();
    };
  },

  /** @param {Progress} progress */
  progress({ stage, done, total }) {
    say(word(STAGES[stage]));
    show(total ? done / total : null);
  },

  /** A training text, one sentence per line, and graded pairs for evaluation; both are the site's samples. */
  async files() {
    const [text, pairs] = await Promise.all(['sample-sentences.txt', 'sample-pairs.tsv'].map(fetchFile));
    return { text, pairs };
  },

  /** @param {Matrix} matrix */
  vectors({ shape: [rows, columns] }) {
    place('matrix-title').textContent = word('example-cosines-of', { rows, columns });
  },

  /** @param {Matrix} matrix */
  cosines({ data, shape: [rows, columns] }) {
    const body = element('tbody');
    for (let row = 0; row < rows; row += 1) {
      const heading = element('th', sentences[row]);
      heading.setAttribute('scope', 'row');
      const line = element('tr', heading);
      for (const cosine of data.subarray(row * columns, (row + 1) * columns)) {
        const cell = element('td', shown(cosine, 2));
        cell.style.setProperty('--heat', `${Math.round(100 * Math.max(0, Math.min(1, cosine)))}%`);
        line.append(cell);
      }
      body.append(line);
    }
    place('matrix').replaceChildren(element('table', body));
  },

  /** @param {TrainingEvent} event */
  event(event) {
    if (event.type === 'started') {
      total = event.total;
      say(word('example-training'));
    } else if (event.type === 'step') {
      losses.push(event.loss);
      drawLosses();
      show(event.step / total);
    } else if (event.type === 'evaluation') {
      const scores = { spearman: shown(event.spearman, 2), uniformity: shown(event.uniformity) };
      say(word('example-evaluated', { step: event.step, ...scores }));
    } else if (event.type === 'end') {
      stop.disabled = true;
      const how = event.keptStep > 0 ? 'example-trained' : 'example-trained-none';
      say(word(how, { step: event.step, kept: event.keptStep }));
    }
  },

  /**
   * @param {'as loaded' | 'as trained'} weights
   * @param {Evaluation} scores
   */
  scores(weights, { spearman, alignment, uniformity }) {
    let body = place('scores').querySelector('tbody');
    if (!body) {
      const head = element('tr', ...HEADINGS.map((name) => element('th', word(name))));
      body = /** @type {HTMLTableSectionElement} */ (element('tbody'));
      place('scores').append(element('table', element('thead', head), body));
    }
    const heading = element('th', word(weights === 'as loaded' ? 'example-as-loaded' : 'example-as-trained'));
    heading.setAttribute('scope', 'row');
    const numbers = [shown(spearman, 2), shown(alignment), shown(uniformity)];
    body.append(element('tr', heading, ...numbers.map((number) => element('td', number))));
  },

  /** @param {File} file */
  offer(file) {
    const link = /** @type {HTMLAnchorElement} */ (element('a', file.name));
    link.href = URL.createObjectURL(file);
    link.download = file.name;
    const size = word('example-zip', { size: (file.size / 1e6).toFixed(1) });
    place('offer').replaceChildren(element('p', link), element('p', size));
  },
};
