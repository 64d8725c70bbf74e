// Results as Markdown.

import { converted } from './statistics.mjs';

const digits = (value) => {
  if (value === 0) return '0';
  const whole = Math.max(0, Math.floor(Math.log10(Math.abs(value))) + 1);
  return value.toFixed(Math.max(0, Math.min(4, 3 - whole)));
};

const spread = ({ median, min, max }) => `${digits(median)} (${digits(min)}–${digits(max)})`;

/** The number that a case is read by: of a result's milliseconds, and whether more is better. */
export const METRICS = {
  matmul: { title: 'Matrix products', unit: 'GFLOP/s', more: true, of: ({ task }, ms) => (2 * task.m * task.k * task.n) / ms / 1e6 },
  encode: { title: 'Encoding', unit: 'tokens/s', more: true, of: ({ units }, ms) => (1000 * units) / ms },
  train: { title: 'Training step', unit: 'ms', more: false, of: (_, ms) => ms },
  first: { title: 'First training step, from navigation on', unit: 'ms', more: false, of: (_, ms) => ms },
};

/** How many times faster ours is than this one. */
export function ratio(kind, ours, theirs) {
  if (!ours?.value || !theirs?.value) return undefined;
  const [a, b] = [ours.value.median, theirs.value.median];
  return METRICS[kind].more ? a / b : b / a;
}

/** Adds each result's value in the metric's unit. */
export function valued(kind, task, results) {
  const of = (result) => result.ms && converted(result.ms, (ms) => METRICS[kind].of({ task, units: result.units }, ms));
  return results.map((result) => (result.failed || result.over ? result : { ...result, value: of(result) }));
}

const line = (cells) => `| ${cells.join(' | ')} |`;

function countCells({ counts }) {
  if (!counts) return ['', '', '', '', ''];
  return ['dispatches', 'submits', 'buffers', 'bindGroups', 'readbacks'].map((name) => String(Math.round(counts[name] * 10) / 10));
}

const mebibytes = (bytes) => (bytes ? (bytes / 2 ** 20).toFixed(0) : '');

/** A case's table; what a contender's sample was, and its counts of WebGPU calls. */
function caseTable(kind, { task, results }) {
  const { unit } = METRICS[kind];
  const ours = results.find((result) => result.contender === 'ours');
  const what = kind === 'encode' ? 'sample' : 'repetition';
  const rows = results.map((result) => {
    const value = result.failed
      ? `failed: ${result.failed}`
      : result.over
        ? result.over
        : result.value
          ? spread(result.value)
          : 'not measured';
    const times = ratio(kind, ours, result);
    const sample = result.rows ? `${result.rows} of ${task.count} rows` : '';
    return line([
      result.contender,
      value,
      String(result.value?.samples ?? ''),
      times ? `${digits(times)}×` : '',
      result.error === undefined ? '' : result.error.toExponential(1),
      ...(kind === 'encode' ? [sample] : []),
      ...(kind === 'first' ? [] : countCells(result)),
      ...(kind === 'train' ? [mebibytes(result.bytes)] : []),
    ]);
  });
  const head = [
    'contender',
    `${unit}, median (min–max)`,
    'n',
    'ours faster',
    'error',
    ...(kind === 'encode' ? ['sample'] : []),
    ...(kind === 'first' ? [] : [`dispatches a ${what}`, 'submits', 'buffers', 'bind groups', 'readbacks']),
    ...(kind === 'train' ? ['GPU MiB'] : []),
  ];
  return [`### ${task.name}`, '', line(head), line(head.map(() => '---')), ...rows, ''];
}

function sweepTable({ axis, points, growth }) {
  const head = [axis, 'step ms', 'GPU MiB', 'tokens × layer parameters', 'time ÷ linear', 'memory ÷ linear', 'time ÷ linear in all parameters'];
  const rows = points.map((point, at) => {
    if (point.failed) return line([String(point.value), point.failed, '', '', '', '', '']);
    const grown = growth[at - 1];
    const more = grown ? [digits(grown.time), digits(grown.memory), digits(grown.timeOfAll)] : ['', '', ''];
    return line([String(point.value), digits(point.ms), mebibytes(point.bytes), point.work.toExponential(2), ...more]);
  });
  return [`### by ${axis}`, '', line(head), line(head.map(() => '---')), ...rows, ''];
}

/** The whole report. */
export function markdown({ environment, cases, sweeps }) {
  const lines = [
    '# Benchmark',
    '',
    ...Object.entries(environment).map(([name, value]) => `- ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
    '',
  ];
  for (const [kind, { title, unit, more }] of Object.entries(METRICS)) {
    const found = cases.filter((one) => one.kind === kind);
    if (found.length === 0) continue;
    lines.push(`## ${title}`, '', `${unit}, ${more ? 'more' : 'less'} is better.`, '');
    found.forEach((one) => lines.push(...caseTable(kind, one)));
  }
  if (sweeps.length > 0) {
    lines.push('## Growth of our training step', '', 'From each place to the next, growth divided by that of tokens × the layers’ parameters; 1 is linear. The word table, most of all parameters here, is looked up and not multiplied.', '');
    sweeps.forEach((sweep) => lines.push(...sweepTable(sweep)));
  }
  return lines.join('\n');
}
