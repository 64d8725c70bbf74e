//! The CPU as a device: a queue of writes, copies and kernel calls, which is worked off when somebody awaits a result.
//!
//! A kernel call is cut into chunks whose borders depend on its sizes alone, and every sum has a fixed order, so
//! results have the same bits on any number of threads. In the browser the executor pauses every [`SLICE`] to let the
//! worker handle messages.

mod call;
mod fetch;
mod memory;
mod region;
mod threads;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod web_threads;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use web_time::Instant;

use super::{Call, DeviceInfo, DeviceKind, KernelTime, Plan, View, view::Buffer};
pub use call::{Chunk, CpuCall, Split};
pub(super) use fetch::{Clock, Fetched, FetchedRing};
use memory::Block;
pub(super) use memory::Memory;
use region::Due;
use threads::Threads;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub use web_threads::NAME as THREAD_NAME;

/// How long the browser's worker computes before it handles messages.
#[cfg(target_arch = "wasm32")]
const SLICE: Option<std::time::Duration> = Some(std::time::Duration::from_millis(30));
/// Natively there are no messages to handle.
#[cfg(not(target_arch = "wasm32"))]
const SLICE: Option<std::time::Duration> = None;

/// Bytes of the largest buffer.
#[cfg(target_arch = "wasm32")]
const LARGEST_BUFFER: u64 = 1 << 30;
#[cfg(not(target_arch = "wasm32"))]
const LARGEST_BUFFER: u64 = 1 << 40;

/// Bytes that all buffers may have together. A quarter of WebAssembly's 4 GiB is left for texts, for weights of a run
/// that are kept to compare with, and for the training state.
#[cfg(target_arch = "wasm32")]
const MAX_MEMORY: Option<u64> = Some(3 << 30);
#[cfg(not(target_arch = "wasm32"))]
const MAX_MEMORY: Option<u64> = None;

/// The CPU's threads and queue. Clones share them and are cheap.
#[derive(Clone)]
pub struct Cpu {
    inner: Rc<Inner>,
}

struct Inner {
    info: DeviceInfo,
    threads: Rc<Threads>,
    queue: RefCell<VecDeque<Command>>,
    /// Number of plans queued so far, which numbers them.
    plans: Cell<u64>,
    /// The plan of the call begun last, if it must be run whole.
    begun: Cell<Option<u64>>,
}

/// Receives the bytes of a fetch.
type Arrival = Rc<RefCell<Option<Vec<u8>>>>;
/// Receives the times of calls.
type Times = Rc<RefCell<Vec<KernelTime>>>;

enum Command {
    Call(Due),
    TimedCall(Due, &'static str, Times),
    Write(Block, Vec<u8>),
    Copy(Block, Block),
    Clear(Block),
    Fetch(Block, Arrival),
}

fn block(view: &View) -> Option<Block> {
    match &view.buffer {
        Buffer::Cpu(memory) => Some(memory.block(view.offset, view.size)),
        Buffer::Gpu(_) => {
            debug_assert!(false, "a view of another device");
            None
        }
    }
}

/// Takes calls from the front of the queue while they are `wanted`.
fn take_calls(queue: &mut VecDeque<Command>, wanted: impl Fn(&Due) -> bool) -> Vec<Due> {
    let mut calls = Vec::new();
    while let Some(Command::Call(due)) = queue.front()
        && wanted(due)
    {
        calls.push(due.clone());
        queue.pop_front();
    }
    calls
}

impl Cpu {
    /// Opens the CPU with `threads` threads, or one per core.
    pub async fn open(threads: Option<usize>) -> Self {
        let threads = Threads::open(threads).await;
        let info = DeviceInfo {
            kind: DeviceKind::Cpu,
            name: "CPU".to_owned(),
            backend: if cfg!(target_arch = "wasm32") { "WebAssembly" } else { std::env::consts::ARCH }
                .to_owned(),
            driver: String::new(),
            software: false,
            threads: threads.count(),
            timestamps: true,
            max_binding_bytes: LARGEST_BUFFER,
            max_buffer_bytes: LARGEST_BUFFER,
            max_memory_bytes: MAX_MEMORY,
        };
        Self {
            inner: Rc::new(Inner {
                info,
                threads,
                queue: RefCell::default(),
                plans: Cell::new(0),
                begun: Cell::new(None),
            }),
        }
    }

    pub fn info(&self) -> &DeviceInfo {
        &self.inner.info
    }

    /// A zeroed buffer; `None` where there is not enough memory.
    pub(super) fn memory(&self, bytes: u64) -> Option<Memory> {
        Memory::zeroed(bytes, &self.inner.threads)
    }

    fn push(&self, command: Command) {
        self.inner.queue.borrow_mut().push_back(command);
    }

    pub(super) fn write(&self, block: Block, bytes: &[u8]) {
        if self.inner.queue.borrow().is_empty() {
            // SAFETY: no call is running.
            unsafe { block.write_bytes(bytes) };
        } else {
            self.push(Command::Write(block, bytes.to_vec()));
        }
    }

    /// Queues a plan. With `whole` it is not abandoned half done, see [`Cpu::abandon`]; with `clock` its calls are
    /// timed.
    pub(super) fn plan(&self, plan: &Plan, sizes: &[u32], whole: bool, clock: Option<&Clock>) {
        let sizes: Rc<[u32]> = sizes.into();
        self.inner.plans.update(|plans| plans + 1);
        let whole = whole.then(|| self.inner.plans.get());
        for planned in &plan.calls {
            let Call::Cpu(call) = &planned.call else { continue };
            let due = Due { call: call.clone(), sizes: Rc::clone(&sizes), done: 0, whole };
            self.push(match clock {
                None => Command::Call(due),
                Some(clock) => Command::TimedCall(due, planned.label, clock.times()),
            });
        }
    }

    pub(super) fn copy(&self, from: &View, to: &View) {
        if let (Some(from), Some(to)) = (block(from), block(to)) {
            self.push(Command::Copy(from, to));
        }
    }

    pub(super) fn clear(&self, view: &View) {
        if let Some(block) = block(view) {
            self.push(Command::Clear(block));
        }
    }

    pub(super) fn fetch(&self, view: &View) -> Fetched {
        let arrival = Arrival::default();
        if let Some(block) = block(view) {
            self.push(Command::Fetch(block, Rc::clone(&arrival)));
        }
        Fetched::new(self, arrival)
    }

    /// Drops what is queued, except that a plan which must be run whole and has begun is completed, with the fetch that
    /// follows it.
    pub(super) fn abandon(&self) {
        let begun = self.inner.begun.get();
        let mut queue = self.inner.queue.borrow_mut();
        let of_begun = |due: &Due| begun.is_some() && due.whole == begun;
        let mut calls = take_calls(&mut queue, of_begun);
        region::run(&self.inner.threads, &mut calls, None);
        if let Some(Command::Fetch(block, arrival)) = queue.front()
            && begun.is_some()
        {
            // SAFETY: no call is running.
            *arrival.borrow_mut() = Some(unsafe { block.bytes() });
        }
        queue.clear();
        self.inner.begun.set(None);
    }

    /// Works off the queue until `arrival` has its bytes.
    async fn work_for(&self, arrival: &Arrival) {
        self.work_while(|| arrival.borrow().is_none()).await;
    }

    /// Works off the queue while `wanted`.
    async fn work_while(&self, wanted: impl Fn() -> bool) {
        while wanted() && self.work() {
            #[cfg(target_arch = "wasm32")]
            crate::web_task::next_task().await;
        }
    }

    /// Works off the queue for one slice of time. Returns whether anything is left.
    fn work(&self) -> bool {
        let begin = Instant::now();
        let over = || SLICE.is_some_and(|slice| begin.elapsed() >= slice);
        let mut queue = self.inner.queue.borrow_mut();
        while let Some(command) = queue.pop_front() {
            match command {
                Command::Call(due) => {
                    let mut calls = vec![due];
                    calls.extend(take_calls(&mut queue, |_| true));
                    let left = SLICE.map(|slice| slice.saturating_sub(begin.elapsed()));
                    let plans: Vec<Option<u64>> = calls.iter().map(|due| due.whole).collect();
                    region::run(&self.inner.threads, &mut calls, left);
                    let begun = usize::from(calls.first().is_some_and(|due| due.done > 0));
                    if let Some(last) = (plans.len() - calls.len() + begun).checked_sub(1) {
                        self.inner.begun.set(plans[last]);
                    }
                    calls.into_iter().rev().for_each(|due| queue.push_front(Command::Call(due)));
                }
                Command::TimedCall(due, label, times) => {
                    let begin = Instant::now();
                    region::run(&self.inner.threads, &mut vec![due], None);
                    let nanoseconds = begin.elapsed().as_nanos() as f64;
                    times.borrow_mut().push(KernelTime { label, nanoseconds });
                }
                // SAFETY of the following: no call is running, and the blocks of a copy do not overlap.
                Command::Write(block, bytes) => unsafe { block.write_bytes(&bytes) },
                Command::Copy(from, to) => unsafe {
                    debug_assert!(!from.overlaps(&to), "a copy onto itself");
                    to.write(0..from.len()).copy_from_slice(from.read());
                },
                Command::Clear(block) => unsafe { block.write(0..block.len()) }.fill(0.0),
                Command::Fetch(block, arrival) => {
                    *arrival.borrow_mut() = Some(unsafe { block.bytes() });
                    // Somebody awaits it.
                    return !queue.is_empty();
                }
            }
            if over() {
                break;
            }
        }
        !queue.is_empty()
    }
}
