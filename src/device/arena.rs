//! The owner of buffers: allocates them, or only counts their bytes for an estimate.

use std::{cell::RefCell, collections::BTreeMap};

use super::{Device, DeviceError, Stored, View, cpu::Memory, gpu::Usage, view::Buffer};

/// Allocates buffers and counts their bytes by label, so that the memory of a model is known.
pub struct Arena {
    device: Device,
    /// Bytes by label.
    ledger: RefCell<BTreeMap<String, u64>>,
    /// The buffer of every view of an arena that only counts.
    stand_in: Option<Buffer>,
}

impl Arena {
    pub fn new(device: &Device) -> Self {
        Self { device: device.clone(), ledger: RefCell::default(), stand_in: None }
    }

    /// An arena that counts bytes and allocates nothing; what is built over it cannot be run.
    pub fn estimate(device: &Device) -> Self {
        let stand_in = match device {
            Device::Gpu(gpu) => Buffer::Gpu(gpu.buffer("stand-in", 16, Usage::Storage)),
            Device::Cpu(_) => Buffer::Cpu(Memory::none()),
        };
        Self { stand_in: Some(stand_in), ..Self::new(device) }
    }

    pub fn is_estimate(&self) -> bool {
        self.stand_in.is_some()
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Bytes allocated (or counted) so far.
    pub fn bytes(&self) -> u64 {
        self.ledger.borrow().values().sum()
    }

    /// Bytes by buffer label.
    pub fn ledger(&self) -> BTreeMap<String, u64> {
        self.ledger.borrow().clone()
    }

    /// A zeroed storage buffer of `len` 32-bit values (at least one).
    ///
    /// # Errors
    /// The buffer is larger than the device allows or has memory for.
    pub fn storage(&self, label: &str, len: usize) -> Result<View, DeviceError> {
        self.allocate(label, len, Usage::Storage)
    }

    /// A zeroed storage buffer of `len` numbers stored as `stored`.
    ///
    /// # Errors
    /// As for [`Arena::storage`].
    pub fn storage_of(&self, label: &str, len: usize, stored: Stored) -> Result<View, DeviceError> {
        let words = (stored.bytes() * len as u64).div_ceil(4);
        Ok(View { stored, ..self.storage(label, words as usize)? })
    }

    /// A uniform buffer holding `value`.
    ///
    /// # Errors
    /// As for [`Arena::storage`].
    pub fn uniform<T: bytemuck::NoUninit>(&self, label: &str, value: &T) -> Result<View, DeviceError> {
        let view = self.allocate(label, size_of::<T>().div_ceil(4), Usage::Uniform)?;
        if !self.is_estimate() {
            view.write(&self.device, std::slice::from_ref(value));
        }
        Ok(view)
    }

    /// A storage buffer with these contents.
    ///
    /// # Errors
    /// As for [`Arena::storage`].
    pub fn upload<T: bytemuck::NoUninit>(&self, label: &str, values: &[T]) -> Result<View, DeviceError> {
        let view = self.storage(label, size_of_val(values).div_ceil(4))?;
        if !self.is_estimate() {
            view.write(&self.device, values);
        }
        Ok(view)
    }

    fn allocate(&self, label: &str, len: usize, usage: Usage) -> Result<View, DeviceError> {
        // Bindings are arrays of vec4.
        let size = 4 * len.max(1).next_multiple_of(4) as u64;
        let limit = self.device.info().largest_buffer();
        if size > limit {
            return Err(DeviceError::TooLarge { what: label.to_owned(), needed: size, limit });
        }
        let buffer = match (&self.stand_in, &self.device) {
            (Some(stand_in), _) => stand_in.clone(),
            (None, Device::Gpu(gpu)) => Buffer::Gpu(gpu.buffer(label, size, usage)),
            (None, Device::Cpu(cpu)) => {
                let refused = || DeviceError::OutOfMemory(format!("{label}: {size} bytes"));
                Buffer::Cpu(cpu.memory(size).ok_or_else(refused)?)
            }
        };
        *self.ledger.borrow_mut().entry(label.to_owned()).or_default() += size;
        Ok(View { buffer, offset: 0, size, stored: Stored::F32 })
    }
}
