// One case: every contender prepared and checked, then timed in turn, round after round.

import { Contender, Over } from './browser.mjs';
import { repetitions, sampleRows, summary } from './statistics.mjs';

/** Milliseconds that a sample is to take where one repetition takes less. */
const SAMPLE = { matmul: 600, train: 1000 };
/** Milliseconds of an encoding sample: slow contenders encode a part of the rows. */
const ENCODE_SAMPLE = 4000;
/** Rounds of a workload at most: encoding and first steps take long, and differ by more than they scatter. */
const ROUNDS = { encode: 3, first: 3 };

const words = (error) => String(error?.message ?? error).split('\n')[0].slice(0, 160);

/** How much of the work a sample is, and the units that its time is divided by. */
function share(task, facts) {
  if (task.kind !== 'encode') return { work: repetitions(facts.ms, SAMPLE[task.kind], 20) };
  const tokens = (rows) => rows.reduce((sum, row) => sum + task.rowLengths[row], 0);
  const perToken = facts.ms / tokens(task.checked);
  const work = sampleRows(task.rowLengths, ENCODE_SAMPLE / perToken);
  return { work, units: tokens(work), rows: work.length };
}

async function prepare(contender, task, options) {
  const result = { contender: contender.name, samples: [], counts: undefined };
  const { limit } = options;
  try {
    await contender.start();
    // Compilation, two checked runs and a warm-up.
    const facts = await contender.open({ ...task, isReference: contender.name === 'ours' }, 3 * limit);
    Object.assign(result, { error: facts.error, bytes: facts.bytes, losses: facts.losses });
    if (!facts.passed) {
      throw new Error(`its result differs by ${facts.error?.toExponential(1)}, allowed is ${facts.tolerance}`);
    }
    if (facts.ms > 1000 * limit) {
      result.over = `over ${limit} s`;
      await contender.stop();
      return result;
    }
    Object.assign(result, { units: 1 }, share(task, facts));
    if (task.kind !== 'train') await contender.run(result.work, 2 * limit);
  } catch (error) {
    if (error instanceof Over) result.over = `over ${error.seconds} s, compilation and check included`;
    else result.failed = words(error);
    await contender.stop();
  }
  return result;
}

/** Times all contenders on a task. A slow one takes part in as many rounds as fit in `limit` seconds, one at least. */
export async function measure(task, names, options, server, log) {
  const field = [];
  for (const name of names) {
    const contender = new Contender(name, server, options);
    const result = await prepare(contender, task, options);
    log(`${task.name} ${name}: ${result.failed ?? result.over ?? 'ready'}`);
    field.push({ contender, result, spent: 0 });
  }
  try {
    for (let round = 0; round < Math.min(options.rounds, ROUNDS[task.kind] ?? Infinity); round += 1) {
      for (const one of field) {
        const { contender, result } = one;
        const last = one.last ?? 0;
        if (result.failed || result.over || (round > 0 && one.spent + last > 1000 * options.limit)) continue;
        try {
          const { ms, counts } = await contender.run(result.work, 2 * options.limit);
          const repeats = Array.isArray(result.work) ? 1 : result.work;
          one.spent += ms;
          one.last = ms;
          result.samples.push(ms / repeats);
          result.counts = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / repeats]));
        } catch (error) {
          if (error instanceof Over) result.over = `over ${error.seconds} s`;
          else result.failed = words(error);
        }
      }
    }
  } finally {
    for (const { contender } of field) await contender.stop();
  }
  return field.map(({ result }) => ({ ...result, work: undefined, ms: summary(result.samples) }));
}

/** The first training step from navigation on, in a fresh browser each time. */
export async function measureFirst(task, names, options, server, log) {
  const results = names.map((contender) => ({ contender, samples: [], units: 1 }));
  server.exchange.set('/exchange/first.json', Buffer.from(JSON.stringify(task)));
  for (let round = 0; round < Math.min(options.rounds, ROUNDS.first); round += 1) {
    for (const result of results) {
      if (result.failed || result.over) continue;
      const contender = new Contender(result.contender, server, options);
      try {
        await contender.start({ first: '/exchange/first.json' });
        const first = await contender.first(2 * options.limit);
        if (first.failed) throw new Error(first.failed);
        result.samples.push(first.ms);
        log(`${task.name} ${result.contender}: first step after ${Math.round(first.ms)} ms`);
      } catch (error) {
        if (error instanceof Over) result.over = `over ${error.seconds} s`;
        else result.failed = words(error);
      } finally {
        await contender.stop();
      }
    }
  }
  return results.map((result) => ({ ...result, ms: summary(result.samples) }));
}
