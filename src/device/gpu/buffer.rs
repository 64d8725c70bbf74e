//! Memory on a GPU that ends with its last owner.

use std::{ops::Deref, rc::Rc};

/// A buffer, freed when nobody holds it any more. A browser would leave it to its collector, which sees an object of a few
/// bytes and is in no hurry; what was submitted before is gone through with all the same.
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

    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for GpuBuffer {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.0.0
    }
}
