//! Reading buffers of the CPU back, and times of its calls.

use std::{collections::VecDeque, rc::Rc};

use super::{Arrival, Cpu, Times};
use crate::device::{KernelTime, View};

/// Bytes that arrive once everything queued before them is done.
pub struct Fetched {
    cpu: Cpu,
    arrival: Arrival,
}

impl Fetched {
    pub(super) fn new(cpu: &Cpu, arrival: Arrival) -> Self {
        Self { cpu: cpu.clone(), arrival }
    }

    /// Waits for the bytes; `None` if the fetch was abandoned.
    pub async fn bytes(self) -> Option<Vec<u8>> {
        self.cpu.work_for(&self.arrival).await;
        self.arrival.take()
    }
}

/// Fetches of steps in flight, oldest first.
pub struct FetchedRing {
    depth: usize,
    recorded: Option<Fetched>,
    in_flight: VecDeque<Fetched>,
}

impl FetchedRing {
    pub fn new(depth: usize) -> Self {
        Self { depth: depth.max(1), recorded: None, in_flight: VecDeque::new() }
    }

    pub fn record(&mut self, cpu: &Cpu, view: &View) {
        self.recorded = Some(cpu.fetch(view));
    }

    pub fn after_submit(&mut self) {
        self.in_flight.extend(self.recorded.take());
    }

    pub fn has_room(&self) -> bool {
        self.in_flight.len() < self.depth
    }

    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Waits for the oldest fetch, which stays in the ring until it arrives, so that the wait can be cancelled.
    pub async fn oldest(&mut self) -> Option<Vec<u8>> {
        let Fetched { cpu, arrival } = self.in_flight.front()?;
        cpu.work_for(arrival).await;
        self.in_flight.pop_front()?.arrival.take()
    }

    /// Drops the fetches that have not arrived, and returns how many are left.
    pub fn keep_done(&mut self) -> usize {
        self.in_flight.retain(|fetched| fetched.arrival.borrow().is_some());
        self.in_flight.len()
    }
}

/// Times of calls, by the host's clock.
pub struct Clock {
    cpu: Cpu,
    times: Times,
}

impl Clock {
    pub fn new(cpu: &Cpu) -> Self {
        Self { cpu: cpu.clone(), times: Times::default() }
    }

    pub(super) fn times(&self) -> Times {
        Rc::clone(&self.times)
    }

    /// Completes what is queued, and returns the times since the last call of this, in order.
    pub async fn read(&mut self) -> Vec<KernelTime> {
        self.cpu.work_while(|| true).await;
        self.times.take()
    }
}
