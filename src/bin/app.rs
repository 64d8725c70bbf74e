//! The page's program.

fn main() {
    simcse_lab::app::ui::start();
}
