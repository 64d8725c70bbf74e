//! Running a sequence of calls on all threads.

use std::{
    rc::Rc,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use web_time::Instant;

use super::{
    CpuCall,
    threads::{Role, Threads},
};

/// A queued call with its sizes, and how many of its chunks are done.
#[derive(Clone)]
pub struct Due {
    pub call: CpuCall,
    pub sizes: Rc<[u32]>,
    pub done: usize,
    /// Number of the plan that it belongs to, if that must be run whole.
    pub whole: Option<u64>,
}

/// State of a call that the threads share while they run it. Free threads take its chunks in order; no chunk of the
/// next call begins before the last of this one is done.
struct Progress<'a> {
    call: &'a CpuCall,
    sizes: &'a [u32],
    chunks: usize,
    /// The next chunk to take.
    next: AtomicUsize,
    done: AtomicUsize,
}

/// Ends the work of all threads when it is dropped, which happens when a chunk panics: the others would wait for it
/// forever.
struct EndsAll<'a>(&'a AtomicBool);

impl Drop for EndsAll<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Spins of a waiting thread before it yields to the system.
const SPINS: usize = 20_000;

/// Runs `due` until all calls are done or `time` is over, and removes the finished ones.
pub fn run(threads: &Threads, due: &mut Vec<Due>, time: Option<Duration>) {
    let calls: Vec<Progress> = due
        .iter()
        .map(|Due { call, sizes, done, .. }| Progress {
            call,
            sizes,
            chunks: call.chunks(sizes),
            next: AtomicUsize::new(*done),
            done: AtomicUsize::new(*done),
        })
        .collect();
    let (begin, over) = (Instant::now(), AtomicBool::new(false));
    threads.run(|role| {
        for progress in &calls {
            while !over.load(Ordering::Relaxed) {
                let chunk = progress.next.fetch_add(1, Ordering::Relaxed);
                if chunk >= progress.chunks {
                    break;
                }
                let guard = EndsAll(&over);
                progress.call.run(chunk, progress.sizes);
                std::mem::forget(guard);
                progress.done.fetch_add(1, Ordering::Release);
                if role == Role::Leader && time.is_some_and(|time| begin.elapsed() >= time) {
                    over.store(true, Ordering::Relaxed);
                }
            }
            let mut spins = 0;
            while progress.done.load(Ordering::Acquire) < progress.chunks {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                spins += 1;
                if spins < SPINS {
                    std::hint::spin_loop()
                } else {
                    // This panic ends the worker, and the page is told.
                    assert!(!Threads::failed(), "a thread of the engine ended in the middle of its work");
                    std::thread::yield_now();
                }
            }
        }
    });
    let done: Vec<(usize, usize)> =
        calls.into_iter().map(|call| (call.done.into_inner(), call.chunks)).collect();
    let mut done = done.into_iter();
    due.retain_mut(|call| {
        let (chunks, of) = done.next().unwrap_or_default();
        call.done = chunks;
        chunks < of
    });
}
