//! Matrix products on the CPU, C = start + A·B in float32, on the machine's vector units.
//!
//! ```text
//! C[i, j] = start[i, j] + Σ_blocks ( Σ_{p in block} A[i, p]·B[p, j] )      blocks of DEPTH along k
//! ```
//!
//! **Order of the sum.** A block is summed from zero in the order of p, and each block's sum is added to C. This
//! depends on k alone: an element has the same bits however m is split into chunks, wherever its tile lies, and on any
//! number of threads. In WebAssembly a step is a multiplication followed by an addition, never relaxed SIMD, so every
//! browser gives the same bits. Natively it is a fused multiply-add where the processor has one.
//!
//! **Blocking.** B is packed once into panels of [`panel_width`] columns (two vectors), `[k, width]` each, zeros past
//! n. [`multiply`] copies [`ROWS`] rows of A by `DEPTH` into one place and walks the panels. The part of a panel in
//! use (`DEPTH × width`, 8 to 32 KB) stays in the L1 cache for all tiles of a column, the rows of A (24 KB) in the L2
//! cache; larger blocks were no faster. A tile of C is `HEIGHT` rows by two vectors, held in registers:
//!
//! - 4 rows in WebAssembly: V8 has 15 vector registers; 8 sums, 2 vectors of B, an element of A and a product are 12.
//!   More rows are spilled or no faster.
//! - 6 rows with 16 registers: 12 sums keep two fused multiply-add units with a latency of 4 to 5 cycles busy.
//! - 8 rows with 32 registers: 16 sums keep the four units of an Apple core busy.

use std::ops::Range;
use std::ptr::with_exposed_provenance;

use pulp::{Arch, Simd, WithSimd};

/// Rows of A that [`multiply`] copies at a time: whole tiles on every machine (of 4, 6 or 8 rows). Chunks of rows are
/// best a multiple of this.
pub const ROWS: usize = 24;

/// Steps along k that are summed in registers before C is touched.
const DEPTH: usize = 256;

/// Vectors side by side in a tile.
const VECTORS: usize = 2;

/// The widest panel (AVX-512) and the highest tile of any machine.
const MAX_WIDTH: usize = 32;
const MAX_HEIGHT: usize = 8;

/// A matrix in memory: element (i, j) at `data[i * row + j * column]`.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    pub data: &'a [f32],
    pub row: usize,
    pub column: usize,
}

/// The value of C that the product is added to.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    Zero,
    /// These n floats in every row.
    Bias(&'a [f32]),
    /// The current content of C.
    Accumulate,
}

/// The instruction set to use. The standard library caches the processor's features; in WebAssembly, compiled with
/// `simd128`, this is a constant.
fn arch() -> Arch {
    Arch::new()
}

/// Columns of a panel for an instruction set.
fn width_on(arch: Arch) -> usize {
    struct Width;
    impl WithSimd for Width {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            VECTORS * S::F32_LANES
        }
    }
    arch.dispatch(Width)
}

/// Columns of a panel on this machine: two vectors.
pub fn panel_width() -> usize {
    width_on(arch())
}

/// Floats that a packed `[k, n]` right operand takes on any machine, at most.
pub fn packed_len(k: usize, n: usize) -> usize {
    k * n.next_multiple_of(MAX_WIDTH)
}

/// Packs these panels of B `[k, n]`: panel p has the columns `p·width .. (p+1)·width`, zeros past n. `packed` has room
/// for exactly these panels, `k · panel_width()` floats each.
///
/// # Panics
/// `packed` is too small.
pub fn pack(b: Operand, k: usize, n: usize, panels: Range<usize>, packed: &mut [f32]) {
    let width = panel_width();
    assert!(packed.len() >= panels.len() * k * width, "no room for {} panels", panels.len());
    if k > 0 {
        arch().dispatch(Pack { b, k, n, panels, packed });
    }
}

struct Pack<'a> {
    b: Operand<'a>,
    k: usize,
    n: usize,
    panels: Range<usize>,
    packed: &'a mut [f32],
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Rows of B copied at a time where B is column-major.
        const TOGETHER: usize = 16;
        let Self { b, k, n, panels, packed } = self;
        let width = VECTORS * S::F32_LANES;
        for (panel, room) in panels.zip(packed.chunks_exact_mut(k * width)) {
            let left = panel * width;
            let columns = width.min(n - left);
            if columns < width {
                room.fill(0.0);
            }
            if b.column == 1 && columns == width {
                // The width is a constant here, so this compiles to vector copies and no call.
                for (p, room) in room.chunks_exact_mut(width).enumerate() {
                    room.copy_from_slice(&b.data[p * b.row + left..][..width]);
                }
                continue;
            }
            for (block, room) in room.chunks_mut(TOGETHER * width).enumerate() {
                for j in 0..columns {
                    let column = &b.data[block * TOGETHER * b.row + (left + j) * b.column..];
                    for (x, y) in room[j..].iter_mut().step_by(width).zip(column.iter().step_by(b.row)) {
                        *x = *y;
                    }
                }
            }
        }
    }
}

/// All panels of a right operand, as [`pack`] leaves them.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a> {
    pub floats: &'a [f32],
    /// Floats from one panel's start to the next one's: at least `k · panel_width()`.
    pub panel: usize,
}

/// C `[m, n]` = start + A·B, with A `[m, k]`. C is row-major and exactly m·n floats, from which m follows.
///
/// # Panics
/// C is not of whole rows, a bias is not n floats, or B is not packed whole.
pub fn multiply(c: &mut [f32], n: usize, k: usize, a: Operand, packed: Packed, start: Start) {
    if c.is_empty() {
        return;
    }
    assert_eq!(c.len() % n, 0, "C is not of whole rows");
    if let Start::Bias(bias) = start {
        assert_eq!(bias.len(), n, "one bias a column");
    }
    if k == 0 {
        for row in c.chunks_exact_mut(n) {
            match start {
                Start::Zero => row.fill(0.0),
                Start::Bias(bias) => row.copy_from_slice(bias),
                Start::Accumulate => {}
            }
        }
        return;
    }
    arch().dispatch(Product { c, n, k, a, packed, start });
}

struct Product<'a> {
    c: &'a mut [f32],
    n: usize,
    k: usize,
    a: Operand<'a>,
    packed: Packed<'a>,
    start: Start<'a>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if cfg!(target_arch = "wasm32") {
            self.in_tiles::<S, 4>(simd);
        } else if S::REGISTER_COUNT < 32 {
            self.in_tiles::<S, 6>(simd);
        } else {
            self.in_tiles::<S, MAX_HEIGHT>(simd);
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn in_tiles<S: Simd, const HEIGHT: usize>(self, simd: S) {
        let Self { c, n, k, a, packed, start } = self;
        let (m, width) = (c.len() / n, VECTORS * S::F32_LANES);
        assert!(packed.panel >= k * width, "panels overlap");
        let packed_len = (n.div_ceil(width) - 1) * packed.panel + k * width;
        assert!(packed.floats.len() >= packed_len, "B is not packed whole");
        let by_rows = a.column == 1;
        let mut room = [0.0; ROWS * DEPTH];
        let mut edge = [0.0; MAX_HEIGHT * MAX_WIDTH];
        for first in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - first);
            let start = if first == 0 { start } else { Start::Accumulate };
            for top in (0..m).step_by(ROWS) {
                let rows = ROWS.min(m - top);
                let a = Operand { data: &a.data[top * a.row + first * a.column..], ..a };
                if by_rows {
                    copy_rows(a, rows, depth, &mut room);
                } else {
                    interleave_rows::<HEIGHT>(a, rows, depth, &mut room);
                }
                for (left, panel) in (0..n).step_by(width).zip(packed.floats.chunks(packed.panel)) {
                    let b = &panel[first * width..][..depth * width];
                    let columns = width.min(n - left);
                    for (row, a) in (0..rows).step_by(HEIGHT).zip(room.chunks_exact(HEIGHT * DEPTH)) {
                        let c = &mut c[(top + row) * n + left..];
                        let height = HEIGHT.min(rows - row);
                        let whole = height == HEIGHT && columns == width;
                        let (into, stride) = if whole { (&mut *c, n) } else { (&mut edge[..], width) };
                        assert!(into.len() >= (HEIGHT - 1) * stride + width);
                        let into = into.as_mut_ptr();
                        let from = match start {
                            Start::Bias(bias) if whole => Some((bias[left..][..width].as_ptr(), 0)),
                            Start::Accumulate if whole => Some((into.cast_const(), stride)),
                            _ => None,
                        };
                        // SAFETY: `a` is HEIGHT·DEPTH floats, of which the tile reads `depth` steps in either
                        // layout; `b` is depth·width floats; the length of `into` was asserted; `from` is `into` or
                        // a row of `width` floats with stride 0.
                        unsafe {
                            if by_rows {
                                tile::<S, HEIGHT, DEPTH, 1>(simd, a.as_ptr(), b, into, stride, from);
                            } else {
                                tile::<S, HEIGHT, 1, HEIGHT>(simd, a.as_ptr(), b, into, stride, from);
                            }
                        }
                        if !whole {
                            for (c, sums) in c.chunks_mut(n).zip(edge.chunks_exact(width)).take(height) {
                                for (j, (c, sum)) in c[..columns].iter_mut().zip(sums).enumerate() {
                                    *c = match start {
                                        Start::Zero => *sum,
                                        Start::Bias(bias) => bias[left + j] + *sum,
                                        Start::Accumulate => *c + *sum,
                                    };
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Copies rows of a row-major A, `DEPTH` floats apart: element (i, p) at `i · DEPTH + p`. Rows past the last keep their
/// old content; their sums are discarded.
fn copy_rows(a: Operand, rows: usize, depth: usize, room: &mut [f32]) {
    for (i, room) in room.chunks_exact_mut(DEPTH).enumerate().take(rows) {
        room[..depth].copy_from_slice(&a.data[i * a.row..][..depth]);
    }
}

/// Copies rows of a column-major A: in each tile of rows, element (i, p) at `p · HEIGHT + i`.
fn interleave_rows<const HEIGHT: usize>(a: Operand, rows: usize, depth: usize, room: &mut [f32]) {
    for (p, column) in (0..depth).map(|p| (p, &a.data[p * a.column..])) {
        for (row, room) in (0..rows).step_by(HEIGHT).zip(room.chunks_exact_mut(HEIGHT * DEPTH)) {
            let room = &mut room[p * HEIGHT..][..HEIGHT];
            let height = HEIGHT.min(rows - row);
            if height == HEIGHT && a.row == 1 {
                room.copy_from_slice(&column[row..][..HEIGHT]);
            } else {
                for (i, room) in room.iter_mut().enumerate().take(height) {
                    *room = column[(row + i) * a.row];
                }
            }
        }
    }
}

/// Computes a tile of HEIGHT rows by two vectors, `into[i, j] = from[i, j] + Σ_p a[i, p]·b[p, j]`. Element (i, p) of
/// `a` is at `i · ROW + p · STEP`.
///
/// # Safety
/// For the `b.len() / width` steps p, `a` must be readable at those places; `into` must be writable, and the pointer
/// of `from` readable, for HEIGHT rows of `width` floats that are `stride` (that of `from`) apart.
#[inline(always)]
unsafe fn tile<S: Simd, const HEIGHT: usize, const ROW: usize, const STEP: usize>(
    simd: S,
    a: *const f32,
    b: &[f32],
    into: *mut f32,
    stride: usize,
    from: Option<(*const f32, usize)>,
) {
    let width = VECTORS * S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; HEIGHT];
    // Addresses are integers: with pointers LLVM rewrites the loop's address arithmetic and loses that it cannot wrap,
    // so that in WebAssembly each load needs an addition of its own (a fifth of the loop's instructions).
    let (mut a, mut b, end) =
        (a.expose_provenance(), b.as_ptr().expose_provenance(), b.as_ptr_range().end.addr());
    while b != end {
        let (row, vectors) = (with_exposed_provenance::<f32>(a), with_exposed_provenance::<S::f32s>(b));
        // SAFETY: the caller's promise; reads are unaligned.
        let vectors: [S::f32s; VECTORS] = unsafe { std::array::from_fn(|j| vectors.add(j).read_unaligned()) };
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let x = simd.splat_f32s(unsafe { *row.add(i * ROW) });
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = simd.mul_add_e_f32s(x, vector, *sum);
            }
        }
        a += STEP * size_of::<f32>();
        b += width * size_of::<f32>();
    }
    for (i, sums) in sums.into_iter().enumerate() {
        for (j, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let sum = match from {
                    Some((from, stride)) => {
                        simd.add_f32s(from.add(i * stride).cast::<S::f32s>().add(j).read_unaligned(), sum)
                    }
                    None => sum,
                };
                into.add(i * stride).cast::<S::f32s>().add(j).write_unaligned(sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: usize, count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
    }

    /// Every code path this machine can run, down to fewer registers and no vectors.
    fn archs() -> Vec<Arch> {
        let mut archs = vec![Arch::new(), Arch::Scalar];
        #[cfg(target_arch = "x86_64")]
        archs.extend(pulp::x86::V3::try_new().map(Arch::V3));
        archs
    }

    fn packed(arch: Arch, b: Operand, k: usize, n: usize) -> Vec<f32> {
        // NaNs show what is read without having been packed.
        let mut packed = vec![f32::NAN; packed_len(k, n)];
        let panels = n.div_ceil(width_on(arch));
        for panels in [0..panels / 2, panels / 2..panels] {
            let packed =
                &mut packed[panels.start * width_on(arch) * k..][..panels.len() * width_on(arch) * k];
            arch.dispatch(Pack { b, k, n, panels, packed });
        }
        packed
    }

    fn whole_panels(floats: &[f32], k: usize) -> Packed<'_> {
        Packed { floats, panel: k * panel_width() }
    }

    /// Operands of the three products of a linear layer: x·Wᵀ, dy·W, dyᵀ·x.
    fn layouts<'a>(
        a: &'a [f32],
        b: &'a [f32],
        m: usize,
        n: usize,
        k: usize,
    ) -> [(Operand<'a>, Operand<'a>); 3] {
        let rows = Operand { data: a, row: k, column: 1 };
        [
            (rows, Operand { data: b, row: 1, column: k }),
            (rows, Operand { data: b, row: n, column: 1 }),
            (Operand { data: a, row: 1, column: m }, Operand { data: b, row: n, column: 1 }),
        ]
    }

    const SHAPES: [[usize; 3]; 13] = [
        [1, 1, 1],
        [1, 12, 36],
        [3, 4, 255],
        [4, 8, 256],
        [5, 36, 257],
        [6, 32, 12],
        [7, 33, 100],
        [8, 100, 4],
        [47, 20, 513],
        [48, 64, 36],
        [49, 65, 300],
        [97, 31, 384],
        [130, 312, 12],
    ];

    #[test]
    fn agrees_with_float64_and_stays_within_c() {
        for [m, n, k] in SHAPES {
            let (a, b) = (numbers(1, m * k), numbers(2, k * n));
            let (bias, before) = (numbers(3, n), numbers(4, m * n));
            for (a, b) in layouts(&a, &b, m, n, k) {
                for start in [Start::Zero, Start::Bias(&bias), Start::Accumulate] {
                    // Each element, and the sum of the magnitudes of its terms.
                    let expected: Vec<(f64, f64)> = (0..m * n)
                        .map(|at| {
                            let (i, j) = (at / n, at % n);
                            let start = match start {
                                Start::Zero => 0.0,
                                Start::Bias(bias) => bias[j],
                                Start::Accumulate => before[at],
                            };
                            let terms = (0..k).map(|p| {
                                f64::from(a.data[i * a.row + p * a.column])
                                    * f64::from(b.data[p * b.row + j * b.column])
                            });
                            terms.fold((f64::from(start), f64::from(start).abs()), |(sum, size), x| {
                                (sum + x, size + x.abs())
                            })
                        })
                        .collect();
                    for arch in archs() {
                        let packed = &packed(arch, b, k, n);
                        let packed = Packed { floats: packed, panel: k * width_on(arch) };
                        let mut c = vec![f32::NAN; m * n + 64];
                        if matches!(start, Start::Accumulate) {
                            c[..m * n].copy_from_slice(&before);
                        }
                        arch.dispatch(Product { c: &mut c[..m * n], n, k, a, packed, start });
                        assert!(c[m * n..].iter().all(|x| x.is_nan()), "written behind C");
                        // Largest possible rounding error: half a unit for each product and each sum.
                        let steps = (k.min(DEPTH) + k.div_ceil(DEPTH) + 1) as f64;
                        for (at, (c, (sum, size))) in c.iter().zip(&expected).enumerate() {
                            assert!(
                                (f64::from(*c) - sum).abs() <= steps * f64::from(f32::EPSILON) / 2.0 * size,
                                "{m}×{n}×{k}, {start:?}, {arch:?}: element {at} is {c}, not {sum}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn chunks_of_rows_and_other_columns_leave_the_bits_alone() {
        let [m, n, k] = [131, 100, 700];
        let (a, b, bias) = (numbers(1, m * k), numbers(2, k * n), numbers(3, n));
        for (a, b) in layouts(&a, &b, m, n, k) {
            let all = packed(arch(), b, k, n);
            let mut whole = vec![f32::NAN; m * n];
            multiply(&mut whole, n, k, a, whole_panels(&all, k), Start::Bias(&bias));
            for chunk in [1, 5, 24, 48, 97] {
                let mut c = vec![f32::NAN; m * n];
                for (index, c) in c.chunks_mut(chunk * n).enumerate() {
                    let a = Operand { data: &a.data[index * chunk * a.row..], ..a };
                    multiply(c, n, k, a, whole_panels(&all, k), Start::Bias(&bias));
                }
                assert!(c.iter().zip(&whole).all(|(x, y)| x.to_bits() == y.to_bits()), "chunks of {chunk}");
            }
            // With fewer columns an element lies in a tile at the edge, and is summed in the same order.
            let few = n - 3;
            let mut c = vec![f32::NAN; m * few];
            multiply(
                &mut c,
                few,
                k,
                a,
                whole_panels(&packed(arch(), b, k, few), k),
                Start::Bias(&bias[..few]),
            );
            for (c, whole) in c.chunks(few).zip(whole.chunks(n)) {
                assert!(c.iter().zip(whole).all(|(x, y)| x.to_bits() == y.to_bits()), "{few} columns");
            }
        }
    }

    #[test]
    fn a_product_without_terms_is_its_start_and_one_without_rows_writes_nothing() {
        let nothing = Operand { data: &[], row: 0, column: 1 };
        let bias = [1.0, 2.0, 3.0];
        pack(nothing, 0, 3, 0..1, &mut []);
        for (start, expected) in
            [(Start::Zero, [0.0; 3]), (Start::Bias(&bias), bias), (Start::Accumulate, [7.0; 3])]
        {
            let mut c = [7.0; 6];
            multiply(&mut c, 3, 0, nothing, whole_panels(&[], 1), start);
            assert_eq!(c, [expected, expected].concat()[..]);
        }
        let b = Operand { data: &numbers(1, 12), row: 3, column: 1 };
        multiply(&mut [], 3, 4, nothing, whole_panels(&packed(arch(), b, 4, 3), 4), Start::Zero);
    }
}
