//! What a build makes before the compiler comes: the errors' functions, and how WebAssembly is linked.

mod memory;
mod messages;

fn main() -> messages::Result<()> {
    println!("cargo::rerun-if-changed=build");
    memory::link_shared();
    messages::write()
}
