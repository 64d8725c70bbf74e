use std::{cell::RefCell, collections::BTreeMap};

use super::{Gpu, GpuError};

/// A part of a GPU buffer: what a shader binds.
#[derive(Clone, Debug)]
pub struct View {
    pub buffer: wgpu::Buffer,
    /// Bytes from the buffer's start; a multiple of 256, the strictest binding alignment WebGPU allows.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
}

impl View {
    /// `floats` 32-bit values from `first` on. `first` counts 32-bit values from this view's start.
    pub fn slice(&self, first: usize, floats: usize) -> View {
        let (offset, size) = (4 * first as u64, 4 * floats as u64);
        debug_assert!(offset + size <= self.size, "slice beyond its view");
        View { buffer: self.buffer.clone(), offset: self.offset + offset, size }
    }

    pub(super) fn binding(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.buffer,
            offset: self.offset,
            size: wgpu::BufferSize::new(self.size),
        })
    }

    /// Replaces the view's first bytes before whatever is submitted next.
    pub fn write<T: bytemuck::NoUninit>(&self, gpu: &Gpu, values: &[T]) {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        debug_assert!(bytes.len() as u64 <= self.size, "write beyond its view");
        gpu.queue().write_buffer(&self.buffer, self.offset, bytes);
    }
}

/// Allocates buffers and counts their bytes, so that a model's memory is known and held by one owner.
pub struct Arena {
    gpu: Gpu,
    /// Bytes by label.
    ledger: RefCell<BTreeMap<String, u64>>,
    /// Stands for every buffer where nothing is to be allocated.
    stand_in: Option<wgpu::Buffer>,
}

impl Arena {
    pub fn new(gpu: &Gpu) -> Self {
        Self { gpu: gpu.clone(), ledger: RefCell::default(), stand_in: None }
    }

    /// An arena that only counts: what is built over it adds up to the bytes that the same over a real one would
    /// take, and cannot be run.
    pub fn estimate(gpu: &Gpu) -> Self {
        let descriptor = wgpu::BufferDescriptor {
            label: Some("stand-in"),
            size: 16,
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        };
        let stand_in = Some(gpu.device().create_buffer(&descriptor));
        Self { stand_in, ..Self::new(gpu) }
    }

    pub fn is_estimate(&self) -> bool {
        self.stand_in.is_some()
    }

    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Bytes allocated so far.
    pub fn bytes(&self) -> u64 {
        self.ledger.borrow().values().sum()
    }

    /// The same by buffer label.
    pub fn ledger(&self) -> BTreeMap<String, u64> {
        self.ledger.borrow().clone()
    }

    /// A zeroed storage buffer of `len` 32-bit values (at least one).
    pub fn storage(&self, label: &str, len: usize) -> Result<View, GpuError> {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        self.allocate(label, len, usage)
    }

    /// A uniform buffer holding `value`.
    pub fn uniform<T: bytemuck::NoUninit>(&self, label: &str, value: &T) -> Result<View, GpuError> {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let view = self.allocate(label, size_of::<T>().div_ceil(4), usage)?;
        if !self.is_estimate() {
            view.write(&self.gpu, std::slice::from_ref(value));
        }
        Ok(view)
    }

    /// A storage buffer with these contents.
    pub fn upload<T: bytemuck::NoUninit>(&self, label: &str, values: &[T]) -> Result<View, GpuError> {
        let view = self.storage(label, size_of_val(values).div_ceil(4))?;
        if !self.is_estimate() {
            view.write(&self.gpu, values);
        }
        Ok(view)
    }

    fn allocate(&self, label: &str, len: usize, usage: wgpu::BufferUsages) -> Result<View, GpuError> {
        // vec4 bindings need whole vec4s.
        let size = 4 * len.max(1).next_multiple_of(4) as u64;
        let limits = self.gpu.limits();
        let limit = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        if size > limit {
            return Err(GpuError::TooLarge { what: label.to_owned(), needed: size, limit });
        }
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let create = || self.gpu.device().create_buffer(&descriptor);
        let buffer = self.stand_in.clone().unwrap_or_else(create);
        *self.ledger.borrow_mut().entry(label.to_owned()).or_default() += size;
        Ok(View { buffer, offset: 0, size })
    }
}
