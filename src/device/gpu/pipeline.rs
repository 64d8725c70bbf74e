//! Shader modules and compute pipelines, compiled once per device and cached.

use std::{collections::HashMap, future::Future, pin::Pin};

use super::{Dispatch, Gpu, Grid, gpu_buffer};
use crate::device::{DeviceError, View};

/// A WGSL module as the concatenation of files: shared parts first, the kernel family's own file last.
#[derive(Debug)]
pub struct ShaderSource {
    /// Path under `shaders/` and text of each part.
    pub parts: &'static [(&'static str, &'static str)],
}

impl ShaderSource {
    /// The path of the kernel family's own file.
    pub fn name(&self) -> &'static str {
        self.parts.last().map_or("empty shader", |part| part.0)
    }

    /// One of its kernels.
    pub const fn kernel(&'static self, entry: &'static str, bindings: &'static [Binding]) -> KernelSpec {
        KernelSpec { source: self, entry, bindings }
    }

    /// Identifies a source by its address: each is a static.
    fn key(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn text(&self) -> String {
        self.parts.iter().map(|part| part.1).collect()
    }

    /// File and line of a line of the concatenation, both counted from 1.
    fn locate(&self, line: u32) -> (&'static str, u32) {
        let mut line = line;
        for (path, text) in self.parts {
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u32;
            if line <= lines {
                return (path, line);
            }
            line -= lines;
        }
        (self.name(), line)
    }
}

/// How a shader uses one binding of group 0; bindings are numbered in the order given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binding {
    Uniform,
    Read,
    ReadWrite,
}

/// What a compute pipeline is made from, apart from `override` constants.
#[derive(Debug, Clone, Copy)]
pub struct KernelSpec {
    pub source: &'static ShaderSource,
    pub entry: &'static str,
    pub bindings: &'static [Binding],
}

/// A pending compilation, which resolves to its error if it failed.
type Check = Pin<Box<dyn Future<Output = Result<(), DeviceError>>>>;
/// Source, entry point, and the bits of `override` constants.
type PipelineKey = (usize, &'static str, Vec<(&'static str, u64)>);

#[derive(Default)]
pub(super) struct PipelineCache {
    modules: HashMap<usize, wgpu::ShaderModule>,
    layouts: HashMap<&'static [Binding], wgpu::BindGroupLayout>,
    pipelines: HashMap<PipelineKey, wgpu::ComputePipeline>,
    pending: Vec<Check>,
}

impl PipelineCache {
    pub(super) fn take_pending(&mut self) -> Vec<Check> {
        std::mem::take(&mut self.pending)
    }

    fn layout(&mut self, gpu: &Gpu, bindings: &'static [Binding]) -> wgpu::BindGroupLayout {
        let make = || {
            let entry = |(index, binding): (usize, &Binding)| wgpu::BindGroupLayoutEntry {
                binding: index as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: match binding {
                        Binding::Uniform => wgpu::BufferBindingType::Uniform,
                        Binding::Read => wgpu::BufferBindingType::Storage { read_only: true },
                        Binding::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
                    },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            };
            let entries: Vec<_> = bindings.iter().enumerate().map(entry).collect();
            gpu.device()
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
        };
        self.layouts.entry(bindings).or_insert_with(make).clone()
    }

    fn module(&mut self, gpu: &Gpu, source: &'static ShaderSource) -> wgpu::ShaderModule {
        if let Some(module) = self.modules.get(&source.key()) {
            return module.clone();
        }
        let scope = gpu.device().push_error_scope(wgpu::ErrorFilter::Validation);
        let module = gpu.device().create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(source.name()),
            source: wgpu::ShaderSource::Wgsl(source.text().into()),
        });
        let (popped, compiled) = (scope.pop(), module.clone());
        self.pending.push(Box::pin(async move {
            let refused = popped.await;
            let info = compiled.get_compilation_info().await;
            for message in info.messages {
                if message.message_type == wgpu::CompilationMessageType::Error {
                    let (file, line) = source.locate(message.location.map_or(0, |place| place.line_number));
                    let message = format!("shaders/{file}, line {line}: {}", message.message);
                    return Err(DeviceError::Shader {
                        shader: source.name().into(),
                        entry: "any".into(),
                        message,
                    });
                }
            }
            refused.map_or(Ok(()), |error| {
                let message = error.to_string();
                Err(DeviceError::Shader { shader: source.name().into(), entry: "any".into(), message })
            })
        }));
        self.modules.insert(source.key(), module.clone());
        module
    }

    fn pipeline(
        &mut self,
        gpu: &Gpu,
        spec: &KernelSpec,
        constants: &[(&'static str, f64)],
    ) -> wgpu::ComputePipeline {
        let values = constants.iter().map(|(name, value)| (*name, value.to_bits())).collect();
        let key = (spec.source.key(), spec.entry, values);
        if let Some(pipeline) = self.pipelines.get(&key) {
            return pipeline.clone();
        }
        let module = self.module(gpu, spec.source);
        let group = self.layout(gpu, spec.bindings);
        let scope = gpu.device().push_error_scope(wgpu::ErrorFilter::Validation);
        let layout = gpu.device().create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(spec.entry),
            bind_group_layouts: &[Some(&group)],
            immediate_size: 0,
        });
        let pipeline = gpu.device().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(spec.entry),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(spec.entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants,
                // Every kernel writes workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        let (popped, shader, entry) = (scope.pop(), spec.source.name(), spec.entry);
        self.pending.push(Box::pin(async move {
            popped.await.map_or(Ok(()), |error| {
                Err(DeviceError::Shader {
                    shader: shader.into(),
                    entry: entry.into(),
                    message: error.to_string(),
                })
            })
        }));
        self.pipelines.insert(key, pipeline.clone());
        pipeline
    }
}

impl Gpu {
    /// The kernel's pipeline, made once per device, with a bind group of `views` in the order of its bindings.
    /// `constants` are the values of the shader's `override` constants.
    pub fn bind(
        &self,
        spec: &KernelSpec,
        constants: &[(&'static str, f64)],
        views: &[&View],
        grid: Grid,
    ) -> Dispatch {
        assert_eq!(views.len(), spec.bindings.len(), "{}: one view per binding", spec.entry);
        let mut cache = self.pipelines().borrow_mut();
        let pipeline = cache.pipeline(self, spec, constants);
        let entries: Vec<_> = (0..)
            .zip(views)
            .filter_map(|(binding, view)| Some(wgpu::BindGroupEntry { binding, resource: resource(view)? }))
            .collect();
        let group = self.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(spec.entry),
            layout: &cache.layout(self, spec.bindings),
            entries: &entries,
        });
        let bound = views.iter().filter_map(|view| gpu_buffer(view).cloned()).collect();
        Dispatch { pipeline, group, _bound: bound, grid }
    }
}

fn resource(view: &View) -> Option<wgpu::BindingResource<'_>> {
    Some(wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer: gpu_buffer(view)?,
        offset: view.offset,
        size: wgpu::BufferSize::new(view.size),
    }))
}
