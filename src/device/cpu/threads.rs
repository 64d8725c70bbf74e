//! The thread pool of the CPU device.

use std::rc::Rc;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
use std::{cell::RefCell, collections::HashMap};

use rayon_core::ThreadPool;
#[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
use rayon_core::{ThreadPoolBuildError, ThreadPoolBuilder};

/// The threads of the device: a pool, and the calling thread.
pub struct Threads {
    pool: Option<ThreadPool>,
}

/// Which thread runs the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The calling thread.
    Leader,
    Helper,
}

impl Threads {
    /// Number of threads, with the calling one.
    pub fn count(&self) -> usize {
        1 + self.pool.as_ref().map_or(0, ThreadPool::current_num_threads)
    }

    /// Runs `work` on every thread at the same time, and returns when all are done.
    pub fn run(&self, work: impl Fn(Role) + Sync) {
        match &self.pool {
            None => work(Role::Leader),
            Some(pool) => pool.in_place_scope(|scope| {
                scope.spawn_broadcast(|_, _| work(Role::Helper));
                work(Role::Leader);
            }),
        }
    }

    /// Whether a thread ended silently, so that the chunk it had begun will never be done. Natively a panic unwinds
    /// and is propagated.
    pub fn failed() -> bool {
        #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
        return super::web_threads::failed();
        #[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
        false
    }

    #[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
    fn new(helpers: usize, builder: impl FnOnce() -> Result<ThreadPool, ThreadPoolBuildError>) -> Self {
        if helpers == 0 {
            return Self { pool: None };
        }
        match builder() {
            Ok(pool) => Self { pool: Some(pool) },
            Err(error) => {
                log::warn!("the system gives no {helpers} threads more, so one computes alone: {error}");
                Self { pool: None }
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Threads {
    /// `count` threads with the calling one, or one per core; only the calling one where the system refuses more.
    pub async fn open(count: Option<usize>) -> Rc<Self> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let helpers = count.unwrap_or_else(cores).saturating_sub(1);
        let name = |index: usize| format!("simcse-lab {}", index + 1);
        Rc::new(Self::new(helpers, || {
            ThreadPoolBuilder::new().num_threads(helpers).thread_name(name).build()
        }))
    }
}

#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
impl Threads {
    /// A module without shared memory has one thread.
    pub async fn open(_: Option<usize>) -> Rc<Self> {
        Rc::new(Self { pool: None })
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
impl Threads {
    /// As natively, with workers as threads. Where the page is not cross-origin isolated, browsers do not let memory be
    /// shared, and only the calling thread computes. Workers are kept for the next device that is opened.
    pub async fn open(count: Option<usize>) -> Rc<Self> {
        thread_local! {
            static OPENED: RefCell<HashMap<Option<usize>, Rc<Threads>>> = RefCell::default();
        }
        if let Some(opened) = OPENED.with_borrow(|opened| opened.get(&count).cloned()) {
            return opened;
        }
        let wanted = count.unwrap_or_else(super::web_threads::cores).saturating_sub(1);
        let helpers = super::web_threads::start(wanted).await;
        let build = || {
            let builder = ThreadPoolBuilder::new().num_threads(helpers);
            builder.spawn_handler(super::web_threads::give).build()
        };
        let threads = Rc::new(Self::new(helpers, build));
        OPENED.with_borrow_mut(|opened| opened.insert(count, Rc::clone(&threads)));
        threads
    }
}
