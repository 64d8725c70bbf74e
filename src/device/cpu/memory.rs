use std::{fmt, ops::Range, sync::Arc};

use bytemuck::{Pod, Zeroable};

/// Sixteen floats on a boundary of 64 bytes: a cache line, and the widest vector there is.
#[repr(C, align(64))]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Line([f32; LINE]);

const LINE: usize = 16;

/// A buffer that threads share. Who may read and write which part of it at what time is for the executor to see to; see
/// [`super::CpuCall::new`].
#[derive(Clone)]
pub struct Memory(Arc<Lines>);

/// A box of lines that lives until the last one who holds it is gone, without the promises of a `Box`.
struct Lines(*mut [Line]);

impl Lines {
    fn shared(lines: Box<[Line]>) -> Memory {
        Memory(Arc::new(Self(Box::into_raw(lines))))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // SAFETY: it came from a box, and nobody holds it any more.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

// SAFETY: all access goes through `Block`, whose callers promise that nobody writes what another one looks at.
unsafe impl Send for Lines {}
// SAFETY: as above.
unsafe impl Sync for Lines {}

impl Memory {
    /// Zeroes; `None` where there is not so much memory.
    pub fn zeroed(bytes: u64) -> Option<Self> {
        let lines = usize::try_from(bytes).ok()?.div_ceil(size_of::<Line>());
        let lines = bytemuck::allocation::try_zeroed_slice_box(lines).ok()?;
        Some(Lines::shared(lines))
    }

    /// No byte at all.
    pub fn none() -> Self {
        Lines::shared(Box::new([]))
    }

    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// `bytes` bytes from `offset` on, whole floats both.
    pub fn block(&self, offset: u64, bytes: u64) -> Block {
        let floats = |bytes: u64| (bytes / 4) as usize;
        Block { memory: self.clone(), begin: floats(offset), len: floats(bytes) }
    }

    fn floats(&self) -> *mut [f32] {
        let lines = self.0.0;
        std::ptr::slice_from_raw_parts_mut(lines.cast::<f32>(), lines.len() * LINE)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} floats", self.floats().len())
    }
}

/// Part of a buffer.
#[derive(Clone, Debug)]
pub struct Block {
    memory: Memory,
    /// Floats from the buffer's start.
    begin: usize,
    /// Floats.
    len: usize,
}

impl Block {
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the two have a float in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.memory.is(&other.memory)
            && self.begin < other.begin + other.len
            && other.begin < self.begin + self.len
    }

    /// # Safety
    /// Nobody writes to the block for as long as the slice lives.
    pub unsafe fn read(&self) -> &[f32] {
        let all = self.memory.floats();
        assert!(self.begin + self.len <= all.len(), "a block beyond its buffer");
        // SAFETY: inside the buffer, which lives as long as `self`; nobody writes, as the caller promises.
        unsafe { std::slice::from_raw_parts(all.cast::<f32>().add(self.begin), self.len) }
    }

    /// # Safety
    /// As for [`Block::read`].
    pub unsafe fn bytes(&self) -> Vec<u8> {
        // SAFETY: the caller's promise.
        bytemuck::cast_slice(unsafe { self.read() }).to_vec()
    }

    /// Replaces the block's first bytes.
    ///
    /// # Safety
    /// Nobody else reads or writes the block meanwhile.
    pub unsafe fn write_bytes(&self, bytes: &[u8]) {
        // SAFETY: the caller's promise.
        let floats = unsafe { self.write(0..self.len) };
        bytemuck::cast_slice_mut(floats)[..bytes.len()].copy_from_slice(bytes);
    }

    /// Floats of a part of the block, to be written to.
    ///
    /// # Safety
    /// Nobody else reads or writes that part for as long as the slice lives.
    #[expect(
        clippy::mut_from_ref,
        reason = "what the caller promises takes the place of an exclusive reference"
    )]
    pub unsafe fn write(&self, part: Range<usize>) -> &mut [f32] {
        assert!(
            part.start <= part.end && part.end <= self.len,
            "writing beyond the block: {part:?} of {}",
            self.len
        );
        let all = self.memory.floats();
        assert!(self.begin + self.len <= all.len(), "a block beyond its buffer");
        // SAFETY: inside the buffer, which lives as long as `self`; nobody else looks, as the caller promises.
        unsafe { std::slice::from_raw_parts_mut(all.cast::<f32>().add(self.begin + part.start), part.len()) }
    }
}
