//! The engine in a Web Worker.

fn main() {
    simcse_lab::app::worker::start();
}
