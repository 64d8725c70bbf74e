//! What a build makes before the compiler comes: the errors' functions, and how WebAssembly is linked.

mod fluent;
mod memory;
mod messages;

fn main() -> fluent::Result<()> {
    println!("cargo::rerun-if-changed=build");
    memory::link_shared();
    messages::write()
}
