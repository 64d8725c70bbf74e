//! Fuzzing of everything that reads a user's files: valid files are changed in ways that respect their format, and
//! must be read or refused. Nothing may panic, take five seconds, or hold much more memory than the file has bytes;
//! and what is read must be consistent (`targets`).
//!
//! The tests run a fixed number of inputs of a fixed seed; `cargo xtask fuzz --minutes N` runs longer. Earlier
//! findings are kept in `findings`, one folder per target, and are tried first.

mod allocator;
mod campaign;
mod case;
mod mutate;
mod seeds;
mod targets;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// A test for each target, with the number of its inputs.
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
