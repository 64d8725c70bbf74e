//! What a build makes before the compiler comes: the errors' functions, and how WebAssembly is linked.

mod fluent;
mod memory;
mod messages;

fn main() -> fluent::Result<()> {
    println!("cargo::rerun-if-changed=build");
    memory::link_shared();
    relocations();
    messages::write()
}

/// What splits the page's module follows the linker's relocations to find what each part of it needs.
fn relocations() {
    if std::env::var_os("CARGO_FEATURE_PAGE").is_some() {
        println!("cargo::rustc-link-arg-bin=app=--emit-relocs");
    }
}
