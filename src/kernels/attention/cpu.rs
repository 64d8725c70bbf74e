//! shaders/attention on the CPU, one row of the batch at a time: the scores of a head are a small [length, length]
//! matrix, so everything is matrix products and softmax. The formulas are at the head of tiles.wgsl.

use super::{Attention, AttentionGradient};
use crate::{
    device::{Chunk, DeviceError, Plan, Split},
    kernels::{
        Kernels, ROWS, Step,
        cpu::{CpuKernel, fours},
        dropout::drop_from,
        product::{Operand, Packed, Start, multiply, pack, packed_len, panel_width},
        vector::{dot, exp, largest, sum},
    },
};

#[derive(Clone, Copy)]
struct Sizes {
    heads: usize,
    hidden: usize,
    head: usize,
    /// Dropout blocks of one (query, head).
    blocks: u32,
    site: u32,
}

fn sizes(layer: &Attention) -> Sizes {
    let (heads, hidden) = (layer.heads as usize, layer.hidden as usize);
    let blocks = layer.max_positions.div_ceil(4);
    Sizes { heads, hidden, head: hidden / heads, blocks, site: layer.site }
}

/// Which of a token's three vectors in `qkv`.
#[derive(Clone, Copy)]
enum Part {
    Query,
    Key,
    Value,
}

impl Sizes {
    /// Queries, keys or values of one head, [tokens, head size], of the tokens from `first` on.
    #[inline(always)]
    fn part<'a>(&self, qkv: &'a [f32], first: usize, part: Part, head: usize) -> Operand<'a> {
        let begin = (3 * first + part as usize) * self.hidden + head * self.head;
        Operand { data: &qkv[begin..], row: 3 * self.hidden, column: 1 }
    }

    /// Multiplies a query's probabilities by their dropout mask.
    #[inline(always)]
    fn drop(&self, probabilities: &mut [f32], step: &Step, dropout_key: u32, head: usize) {
        drop_from(probabilities, step, self.site, dropout_key, head as u32 * self.blocks);
    }
}

#[inline(always)]
fn transposed(operand: Operand) -> Operand {
    Operand { data: operand.data, row: operand.column, column: operand.row }
}

/// `c[m, n] = a[m, k]·b[k, n]`, for the small matrices of one row and head.
#[inline(always)]
fn product(c: &mut [f32], (n, k): (usize, usize), a: Operand, b: Operand, packed: &mut [f32]) {
    let panels = n.div_ceil(panel_width());
    let packed = &mut packed[..panels * panel_width() * k];
    pack(b, k, n, 0..panels, packed);
    multiply(c, n, k, a, Packed { floats: packed, panel: k * panel_width() }, Start::Zero);
}

struct Forward(Sizes);

pub(super) fn forward(kernels: &Kernels, plan: &mut Plan, layer: &Attention) -> Result<(), DeviceError> {
    let sizes = sizes(layer);
    let split = Split::Spans { extent: ROWS, starts: layer.row_starts.clone() };
    let (inputs, outputs) =
        ([layer.spans, layer.qkv], [(layer.context, sizes.hidden), (layer.log_sums, sizes.heads)]);
    kernels.call_cpu(plan, "attention", &split, inputs, outputs, Forward(sizes))
}

impl CpuKernel<2, 2> for Forward {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [spans, qkv]: [&[f32]; 2],
        [context, log_sums]: [&mut [f32]; 2],
    ) {
        let sizes = self.0;
        let Sizes { heads, hidden, head: size, .. } = sizes;
        let (first, len) = (chunk.rows.start, chunk.rows.len());
        let scale = 1.0 / (size as f32).sqrt();
        let mut scores = vec![0.0; len * len];
        let mut output = vec![0.0; len * size];
        let mut packed = vec![0.0; packed_len(size, len).max(packed_len(len, size))];
        for head in 0..heads {
            let part = |part| sizes.part(qkv, first, part, head);
            product(&mut scores, (len, size), part(Part::Query), transposed(part(Part::Key)), &mut packed);
            for (query, scores) in scores.chunks_exact_mut(len).enumerate() {
                scores.iter_mut().for_each(|score| *score *= scale);
                let largest = largest(scores);
                scores.iter_mut().for_each(|score| *score = exp(*score - largest));
                let total = sum(scores);
                log_sums[query * heads + head] = largest + total.ln();
                let reciprocal = 1.0 / total;
                scores.iter_mut().for_each(|score| *score *= reciprocal);
                sizes.drop(scores, step, fours(spans)[first + query][0], head);
            }
            let probabilities = Operand { data: &scores, row: len, column: 1 };
            product(&mut output, (size, len), probabilities, part(Part::Value), &mut packed);
            for (context, output) in context.chunks_exact_mut(hidden).zip(output.chunks_exact(size)) {
                context[head * size..(head + 1) * size].copy_from_slice(output);
            }
        }
    }
}

struct Backward(Sizes);

pub(super) fn backward(
    kernels: &Kernels,
    plan: &mut Plan,
    layer: &Attention,
    gradient: &AttentionGradient,
) -> Result<(), DeviceError> {
    let sizes = sizes(layer);
    let split = Split::Spans { extent: ROWS, starts: layer.row_starts.clone() };
    let inputs = [layer.spans, layer.qkv, gradient.context, layer.context, layer.log_sums];
    let outputs = [(gradient.qkv, 3 * sizes.hidden)];
    kernels.call_cpu(plan, "attention_backward", &split, inputs, outputs, Backward(sizes))
}

impl CpuKernel<5, 1> for Backward {
    #[inline(always)]
    fn run(
        &self,
        step: &Step,
        chunk: Chunk,
        [spans, qkv, d_context, context, log_sums]: [&[f32]; 5],
        [d_qkv]: [&mut [f32]; 1],
    ) {
        let sizes = self.0;
        let Sizes { heads, hidden, head: size, .. } = sizes;
        let (first, len) = (chunk.rows.start, chunk.rows.len());
        let scale = 1.0 / (size as f32).sqrt();
        let [mut p, mut dropped, mut ds] = [(); 3].map(|()| vec![0.0; len * len]);
        let mut gradient = vec![0.0; len * size];
        let mut packed = vec![0.0; packed_len(size, len).max(packed_len(len, size))];
        for head in 0..heads {
            let part = |part| sizes.part(qkv, first, part, head);
            let place = first * hidden + head * size;
            let of_head = |token: usize| place + token * hidden..place + token * hidden + size;
            let d_output = Operand { data: &d_context[place..], row: hidden, column: 1 };
            product(&mut p, (len, size), part(Part::Query), transposed(part(Part::Key)), &mut packed);
            product(&mut ds, (len, size), d_output, transposed(part(Part::Value)), &mut packed);
            let rows = p.chunks_exact_mut(len).zip(dropped.chunks_exact_mut(len));
            for ((query, (p, dropped)), ds) in (0..).zip(rows).zip(ds.chunks_exact_mut(len)) {
                let key = fours(spans)[first + query][0];
                let log_sum = log_sums[(first + query) * heads + head];
                p.iter_mut().for_each(|score| *score = exp(*score * scale - log_sum));
                dropped.copy_from_slice(p);
                sizes.drop(dropped, step, key, head);
                // m·(do·v): the gradient of the probabilities.
                sizes.drop(ds, step, key, head);
                let delta = dot(&d_context[of_head(query)], &context[of_head(query)]);
                for (ds, p) in ds.iter_mut().zip(&*p) {
                    *ds = p * (*ds - delta) * scale;
                }
            }
            let [dropped, ds] = [&dropped, &ds].map(|data| Operand { data, row: len, column: 1 });
            let products = [
                (Part::Query, ds, part(Part::Key)),
                (Part::Key, transposed(ds), part(Part::Query)),
                (Part::Value, transposed(dropped), d_output),
            ];
            for (part, left, right) in products {
                product(&mut gradient, (size, len), left, right, &mut packed);
                for (token, gradient) in gradient.chunks_exact(size).enumerate() {
                    let begin = (3 * token + part as usize) * hidden + head * size;
                    d_qkv[begin..begin + size].copy_from_slice(gradient);
                }
            }
        }
    }
}
