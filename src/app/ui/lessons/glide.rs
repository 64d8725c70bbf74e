//! A figure's numbers on their way to others, so that one sees what changes.

use leptos::prelude::*;

use crate::app::ui::browser::media::reduced_motion;

/// Of the whole way; milliseconds.
const TIME: f64 = 700.0;

/// Numbers that go to others within a moment; the way to the last ones asked for ends every other.
#[derive(Clone, Copy)]
pub struct Glide<const N: usize> {
    set: StoredValue<Box<dyn Fn([f64; N]) + Send + Sync>>,
    turn: StoredValue<u32>,
}

impl<const N: usize> Glide<N> {
    pub fn new(set: impl Fn([f64; N]) + Send + Sync + 'static) -> Self {
        Self { set: StoredValue::new(Box::new(set)), turn: StoredValue::new(0) }
    }

    /// At once, where nothing is to move by itself.
    pub fn go(self, from: [f64; N], to: [f64; N]) {
        self.stop();
        if reduced_motion() {
            return self.set.with_value(|set| set(to));
        }
        self.frame(self.turn.get_value(), None, from, to);
    }

    /// Leaves the numbers where they are.
    pub fn stop(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
    }

    fn frame(self, turn: u32, began: Option<f64>, from: [f64; N], to: [f64; N]) {
        let now = js_sys::Date::now();
        let part = ((now - began.unwrap_or(now)) / TIME).clamp(0.0, 1.0);
        // Slow at both ends.
        let eased = part * part * (3.0 - 2.0 * part);
        self.set.with_value(|set| set(std::array::from_fn(|i| from[i] + eased * (to[i] - from[i]))));
        if part < 1.0 {
            let began = Some(began.unwrap_or(now));
            request_animation_frame(move || {
                // Disposed of with the lesson, or on another way.
                if self.turn.try_get_value() == Some(turn) {
                    self.frame(turn, began, from, to);
                }
            });
        }
    }
}
