// ONNX Runtime Web; inference only. `ort` is its WebGPU or its WebAssembly build.

import { bertModel, matmulModel } from '../onnx/graphs.mjs';
import { dimensions, encodeSorted, maskBias, padded } from './inputs.mjs';

/** A contender with this build, its execution provider and number of threads. */
export function runtime(ort, provider, threads) {
  const onGpu = provider === 'webgpu';
  const session = (model, output) =>
    ort.InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      preferredOutputLocation: onGpu ? output : 'cpu',
    });

  /** Copies to a buffer on the device that sessions compute on. */
  function onDevice(values, dims) {
    const { device } = ort.env.webgpu;
    return Promise.resolve(device).then((gpu) => {
      const size = Math.ceil(values.byteLength / 16) * 16;
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const buffer = gpu.createBuffer({ size, usage });
      gpu.queue.writeBuffer(buffer, 0, values);
      return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims });
    });
  }

  return {
    async open() {
      ort.env.wasm.wasmPaths = '/modules/onnxruntime-web/dist/';
      ort.env.wasm.numThreads = threads;
    },

    async matmul({ m, k, n }, a, b) {
      const product = await session(matmulModel(m, k, n, b), 'gpu-buffer');
      const x = onGpu ? await onDevice(a, [m, k]) : new ort.Tensor('float32', a, [m, k]);
      let last;
      const once = async () => {
        last?.dispose();
        last = (await product.run({ x })).y;
      };
      return {
        async run(count) {
          for (let at = 0; at < count; at += 1) await once();
          // A run resolves when its commands are submitted.
          if (onGpu) await (await ort.env.webgpu.device).queue.onSubmittedWorkDone();
        },
        result: () => last.getData(),
      };
    },

    async encode(task, weights) {
      const size = dimensions(task);
      const encoder = await session(bertModel(weights, size), 'cpu');
      const one = async (rows) => {
        const batch = padded(rows);
        const shape = [batch.rows, batch.tokens];
        const positions = BigInt64Array.from({ length: batch.tokens }, (_, at) => BigInt(at));
        const { vectors } = await encoder.run({
          ids: new ort.Tensor('int64', BigInt64Array.from(batch.ids, BigInt), shape),
          positions: new ort.Tensor('int64', positions, [batch.tokens]),
          bias: new ort.Tensor('float32', maskBias(batch.mask), [batch.rows, 1, 1, batch.tokens]),
          share: new ort.Tensor('float32', batch.share, [batch.rows, 1, batch.tokens]),
        });
        return vectors.getData();
      };
      return { run: ({ rows }) => encodeSorted(rows, size.hidden, one) };
    },

    train() {
      throw new Error('ONNX Runtime Web does not train');
    },
  };
}
