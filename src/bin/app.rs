//! The page.

fn main() {
    simcse_lab::app::ui::start();
}
