//! The program of the engine's Web Worker.

fn main() {
    simcse_lab::app::worker::start();
}
