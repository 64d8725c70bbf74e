//! Buffers and the parts of them that kernels see.

use super::{Device, DeviceError, Readback, cpu::Memory, gpu::GpuBuffer};

/// A buffer on either device.
#[derive(Clone, Debug)]
pub(super) enum Buffer {
    Gpu(GpuBuffer),
    Cpu(Memory),
}

/// Number format of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stored {
    /// 32 bits: float32, ids and counts.
    #[default]
    F32,
    /// float16, for weights on a GPU; computed with as float32.
    F16,
}

impl Stored {
    /// Bytes of a number.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// A part of a buffer, which a kernel reads or writes.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) buffer: Buffer,
    /// In bytes from the buffer's start; a multiple of 256 where the view is bound, WebGPU's strictest alignment.
    pub offset: u64,
    /// In bytes.
    pub size: u64,
    pub stored: Stored,
}

impl View {
    /// The `len` numbers from `first` on, counted from this view's start.
    pub fn slice(&self, first: usize, len: usize) -> View {
        let bytes = self.stored.bytes();
        let (offset, size) = (bytes * first as u64, bytes * len as u64);
        assert!(offset + size <= self.size, "slice beyond its view");
        View { buffer: self.buffer.clone(), offset: self.offset + offset, size, stored: self.stored }
    }

    /// Another part of the same buffer; `offset` and `size` in bytes.
    pub fn of_buffer(&self, offset: u64, size: u64) -> View {
        View { buffer: self.buffer.clone(), offset, size, stored: self.stored }
    }

    /// Whether both are parts of the same buffer.
    pub fn shares_buffer(&self, other: &View) -> bool {
        match (&self.buffer, &other.buffer) {
            (Buffer::Gpu(mine), Buffer::Gpu(theirs)) => mine.ptr_eq(theirs),
            (Buffer::Cpu(mine), Buffer::Cpu(theirs)) => mine.ptr_eq(theirs),
            _ => false,
        }
    }

    /// Overwrites the start of the view, before anything submitted later runs.
    pub fn write<T: bytemuck::NoUninit>(&self, device: &Device, values: &[T]) {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        assert!(bytes.len() as u64 <= self.size, "write beyond its view");
        match (device, &self.buffer) {
            (Device::Gpu(gpu), Buffer::Gpu(buffer)) => gpu.write(buffer, self.offset, bytes),
            (Device::Cpu(cpu), Buffer::Cpu(memory)) => {
                cpu.write(memory.block(self.offset, bytes.len() as u64), bytes)
            }
            _ => debug_assert!(false, "a view of another device"),
        }
    }

    /// The view's values after everything submitted so far.
    ///
    /// # Errors
    /// Those that the device raised up to now.
    pub async fn read<T: bytemuck::Pod>(&self, device: &Device) -> Result<Vec<T>, DeviceError> {
        Readback::start(device, self).read().await
    }
}
