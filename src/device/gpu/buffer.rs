//! A GPU buffer that is freed with its last owner.

use std::{ops::Deref, rc::Rc};

/// A buffer, destroyed with its last clone. A browser would wait for garbage collection, which sees only an object of a
/// few bytes and may run late. Work submitted before is still completed.
#[derive(Clone, Debug)]
pub struct GpuBuffer(Rc<Freed>);

#[derive(Debug)]
struct Freed(wgpu::Buffer);

impl Drop for Freed {
    fn drop(&mut self) {
        self.0.destroy();
    }
}

impl GpuBuffer {
    pub fn new(device: &wgpu::Device, descriptor: &wgpu::BufferDescriptor<'_>) -> Self {
        Self(Rc::new(Freed(device.create_buffer(descriptor))))
    }

    /// Whether both are the same buffer.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for GpuBuffer {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.0.0
    }
}
