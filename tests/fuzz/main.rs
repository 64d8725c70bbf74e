//! Files as nobody should write them: whatever a visitor may bring is changed in ways that know what it is, and read or
//! refused. Nothing panics, takes five seconds, or holds more memory than the file is worth; and what is read makes
//! sense (`targets`).
//!
//! Here a fixed number of inputs of a fixed seed; `cargo xtask fuzz --minutes N` goes on for as long as one likes. What was
//! found before is kept in `findings`, a folder for each target, and comes first.

mod allocator;
mod campaign;
mod case;
mod mutate;
mod seeds;
mod targets;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// A test for each target: its name, how many inputs it is given here, and what it is.
macro_rules! targets {
    ($($name:ident: $cases:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            campaign::run(stringify!($name), $cases, &targets::$name());
        })+
    };
}

targets! {
    model_folder: 14_000,
    tokenizer: 9_000,
    weights: 14_000,
    training_text: 22_000,
    graded_pairs: 30_000,
    transfer_tasks: 60_000,
    dictionary: 90_000,
    run_file: 7_000,
    share_link: 20_000,
    training_state: 50_000,
    archive: 40_000,
    hub_repository: 25_000,
}
