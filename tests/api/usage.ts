// What programs may write, and what they may not: only compiled. A line under `@ts-expect-error` that compiles is an error.

import { SimCSE, SimCSEError } from '../../www/api/simcse-lab.js';
import type { Evaluation, Matrix, Progress, TrainingEnd, TrainingEvent } from '../../www/api/simcse-lab.js';

const pairs: [string, string, number][] = [['a', 'b', 4.2]];

export async function uses(files: FileList, file: File, signal: AbortSignal): Promise<void> {
  const onProgress = ({ stage, done, total }: Progress) => console.log(stage, done / (total ?? 1));
  const lab: SimCSE = await SimCSE.load();
  await SimCSE.load({ model: 'models/starter', onProgress, signal, site: '/lab/' });
  await SimCSE.load({ model: files });
  await SimCSE.load({ model: [file] });
  await SimCSE.load({ model: { url: 'my-model/', files: ['config.json'] } });
  await SimCSE.load({ model: { hub: 'owner/name', from: 'https://mirror.example' } });

  const { data, shape, step }: Matrix = await lab.embed(['a'], { pooler: 'avg', weights: 'original', normalize: true, signal });
  const first: number = data[0] + shape[1] + step;
  await lab.similarity(['a', 'b'], { pooler: 'cls' });
  const cosines: Matrix = await lab.similarity(['a'], ['b', 'c'] as const, { onProgress });

  const run = lab.train(['a', 'b'], { batchSize: 16, steps: 10, evaluation: pairs, signal });
  run.addEventListener('step', ({ detail }) => console.log(detail.loss, detail.gradientNorm));
  run.addEventListener('error', ({ detail }) => console.log(detail.code));
  for await (const event of run) {
    if (event.type === 'evaluation') console.log(event.spearman, event.alignment?.toFixed(2));
    if (event.type === 'end') console.log(event.reason === 'stopped');
  }
  const end: TrainingEnd = await run;
  const kept: number = await run.then(({ keptStep }) => keptStep).finally(() => {});
  await run.pause();
  await run.resume();
  await run.stop();
  lab.train([['a', 'b'], ['c', 'd']], { pooler: 'cls', head: 'keep' });
  lab.train([['a', 'b', 'c']], { loss: 'symmetric', matryoshka: [64, 32] });
  lab.train(file, { startFrom: 'current', augmentation: 'crop:0.1' });

  const scores: Evaluation = await lab.evaluate(pairs);
  const weights: Blob = await lab.export('safetensors');
  const { run: restored } = await lab.recover();
  await restored?.resume();
  lab.close();
  try {
    throw new SimCSEError('busy', 'wait');
  } catch (error) {
    if (error instanceof SimCSEError && error.code === 'device-lost') console.log(error.message);
  }
  void [first, cosines, end, kept, scores, weights];
}

export async function misuses(lab: SimCSE): Promise<void> {
  // @ts-expect-error An option that does not exist.
  await SimCSE.load({ models: 'x' });
  // @ts-expect-error A folder without an address.
  await SimCSE.load({ model: { files: [] } });
  // @ts-expect-error One string is no list of sentences.
  await lab.embed('a');
  // @ts-expect-error No such pooler.
  await lab.embed(['a'], { pooler: 'max' });
  // @ts-expect-error Only vectors are normalised.
  await lab.similarity(['a'], { normalize: true });
  // @ts-expect-error Items of different lengths.
  lab.train([['a', 'b'], ['a', 'b', 'c']]);
  // @ts-expect-error Options are written as JavaScript writes them.
  lab.train(['a'], { batch_size: 4 });
  // @ts-expect-error Pairs need scores.
  await lab.evaluate([['a', 'b']]);
  // @ts-expect-error No such format.
  await lab.export('onnx');
  // @ts-expect-error No such event.
  lab.train(['a']).addEventListener('steps', () => {});
  // @ts-expect-error No such code.
  new SimCSEError('oops', 'words');
  // @ts-expect-error What was loaded is not to be replaced.
  lab.model = lab.model;
  const event = {} as TrainingEvent;
  // @ts-expect-error Not every event has a loss.
  void event.loss;
}
