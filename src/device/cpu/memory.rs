//! Memory of the CPU device: zeroed, aligned buffers that threads share.

use std::{
    fmt,
    mem::MaybeUninit,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use bytemuck::{Pod, Zeroable};

use super::threads::Threads;

/// Sixteen floats aligned to 64 bytes: a cache line, and the widest vector.
#[repr(C, align(64))]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Line([f32; LINE]);

const LINE: usize = 16;

/// Lines that a thread zeroes at a time: 256 KiB.
const ZEROED_AT_ONCE: usize = 4096;

/// A buffer shared by threads. The executor makes sure that no part is written while another thread uses it; see
/// [`super::CpuCall::new`].
#[derive(Clone)]
pub struct Memory(Arc<Lines>);

/// An owned slice of lines as a raw pointer: a `Box` would promise exclusive access.
struct Lines(*mut [Line]);

impl Lines {
    fn shared(lines: Box<[Line]>) -> Memory {
        Memory(Arc::new(Self(Box::into_raw(lines))))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box, and this is its last owner.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

// SAFETY: all access goes through `Block`, whose callers promise that nothing is written while another thread uses it.
unsafe impl Send for Lines {}
// SAFETY: as above.
unsafe impl Sync for Lines {}

impl Memory {
    /// A zeroed buffer; `None` where there is not enough memory.
    ///
    /// Systems have zeroed memory at hand. WebAssembly's allocator writes the zeros, of new memory too, and with the page
    /// faults this costs a training run's first movement a tenth of a second: there `threads` share it.
    pub fn zeroed(bytes: u64, threads: &Threads) -> Option<Self> {
        let lines = usize::try_from(bytes).ok()?.div_ceil(size_of::<Line>());
        let shared = cfg!(target_arch = "wasm32") && lines >= 2 * ZEROED_AT_ONCE && threads.count() > 1;
        if shared {
            return zeroed_by(threads, lines).map(Lines::shared);
        }
        bytemuck::allocation::try_zeroed_slice_box(lines).ok().map(Lines::shared)
    }

    /// An empty buffer.
    pub fn none() -> Self {
        Lines::shared(Box::new([]))
    }

    /// Whether both are the same buffer.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// `bytes` bytes from `offset` on, both whole floats.
    pub fn block(&self, offset: u64, bytes: u64) -> Block {
        let floats = |bytes: u64| (bytes / 4) as usize;
        Block { memory: self.clone(), begin: floats(offset), len: floats(bytes) }
    }

    fn floats(&self) -> *mut [f32] {
        let lines = self.0.0;
        std::ptr::slice_from_raw_parts_mut(lines.cast::<f32>(), lines.len() * LINE)
    }
}

fn zeroed_by(threads: &Threads, len: usize) -> Option<Box<[Line]>> {
    let mut lines: Vec<Line> = Vec::new();
    lines.try_reserve_exact(len).ok()?;
    let parts = Mutex::new(lines.spare_capacity_mut()[..len].chunks_mut(ZEROED_AT_ONCE));
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    threads.run(|_| {
        while let Some(part) = next() {
            part.fill(MaybeUninit::zeroed());
        }
    });
    // SAFETY: all `len` lines are written, as the threads have taken every part and are done.
    unsafe { lines.set_len(len) };
    Some(lines.into_boxed_slice())
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} floats", self.floats().len())
    }
}

/// A part of a buffer.
#[derive(Clone, Debug)]
pub struct Block {
    memory: Memory,
    /// In floats, from the buffer's start.
    begin: usize,
    /// In floats.
    len: usize,
}

impl Block {
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the blocks have a float in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.memory.ptr_eq(&other.memory)
            && self.begin < other.begin + other.len
            && other.begin < self.begin + self.len
    }

    /// All floats of the block.
    ///
    /// # Safety
    /// Nothing writes to the block while the slice lives.
    pub unsafe fn read(&self) -> &[f32] {
        let all = self.memory.floats();
        assert!(self.begin + self.len <= all.len(), "a block beyond its buffer");
        // SAFETY: inside the buffer, which lives as long as `self`; nothing writes to it, as the caller promises.
        unsafe { std::slice::from_raw_parts(all.cast::<f32>().add(self.begin), self.len) }
    }

    /// # Safety
    /// As for [`Block::read`].
    pub unsafe fn bytes(&self) -> Vec<u8> {
        // SAFETY: the caller's promise.
        bytemuck::cast_slice(unsafe { self.read() }).to_vec()
    }

    /// Overwrites the start of the block.
    ///
    /// # Safety
    /// Nothing else reads or writes the block meanwhile.
    pub unsafe fn write_bytes(&self, bytes: &[u8]) {
        // SAFETY: the caller's promise.
        let floats = unsafe { self.write(0..self.len) };
        bytemuck::cast_slice_mut(floats)[..bytes.len()].copy_from_slice(bytes);
    }

    /// A part of the block, in floats, to write to.
    ///
    /// # Safety
    /// Nothing else reads or writes that part while the slice lives.
    #[expect(clippy::mut_from_ref, reason = "the caller's promise replaces an exclusive reference")]
    pub unsafe fn write(&self, part: Range<usize>) -> &mut [f32] {
        assert!(
            part.start <= part.end && part.end <= self.len,
            "writing beyond the block: {part:?} of {}",
            self.len
        );
        let all = self.memory.floats();
        assert!(self.begin + self.len <= all.len(), "a block beyond its buffer");
        // SAFETY: inside the buffer, which lives as long as `self`; nothing else uses the part, as the caller promises.
        unsafe { std::slice::from_raw_parts_mut(all.cast::<f32>().add(self.begin + part.start), part.len()) }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn threads_share_the_zeroing_and_leave_nothing_out() {
        let threads = pollster::block_on(Threads::open(Some(3)));
        for len in [0, 1, ZEROED_AT_ONCE, 5 * ZEROED_AT_ONCE + 1] {
            // What was here before is likely to be given out again.
            drop(vec![Line([1.0; LINE]); len].into_boxed_slice());
            let lines = zeroed_by(&threads, len).unwrap();
            assert_eq!(lines.len(), len);
            assert!(lines.iter().all(|line| line.0.iter().all(|value| value.to_bits() == 0)));
        }
    }
}
