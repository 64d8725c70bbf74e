//! `cargo xtask serve`: serves the page on localhost.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::Child,
    thread,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{root, say},
};

#[derive(Args)]
pub struct ServeArgs {
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build without optimisation: quick to build, slow to run.
    #[arg(long)]
    debug: bool,
}

pub fn run(args: &ServeArgs) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    // Checked before minutes of set-up.
    if let Err(error) = TcpListener::bind(address) {
        bail!("port {}: {error}; stop what listens there, or choose another with --port", args.port);
    }
    let toolchain = WasmToolchain::find()?;
    setup::for_serving(&toolchain, |toolchain| page::compile(toolchain, !args.debug))?;

    let mut trunk = page::trunk(&toolchain, "serve", !args.debug);
    trunk.args(["--address", &address.ip().to_string(), "--port", &args.port.to_string()]);
    // wasm-opt makes the download smaller, which does not matter on localhost, and takes minutes after every change.
    trunk.env("SIMCSE_WASM_OPT", "off");
    let started = SystemTime::now();
    let mut server = trunk.spawn().context("could not start `trunk serve`")?;
    wait_until_listening(&mut server, address)?;
    // Trunk keeps running if the first build fails.
    if !is_built_since(started) {
        server.kill()?;
        server.wait()?;
        bail!("the page could not be built; see Trunk's output above");
    }
    say("serve", format!("the page is ready: http://localhost:{}/", args.port));
    say("serve", "Ctrl-C stops it; changes are rebuilt");
    let status = server.wait()?;
    if !status.success() {
        bail!("`trunk serve` failed ({status})");
    }
    Ok(())
}

/// Waits until Trunk listens, which it does after its first build.
fn wait_until_listening(server: &mut Child, address: SocketAddr) -> Result<()> {
    while TcpStream::connect(address).is_err() {
        if let Some(status) = server.try_wait()? {
            bail!("`trunk serve` ended before there was a page ({status})");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Whether `dist/` was built since `time`, and is not left from an earlier build.
fn is_built_since(time: SystemTime) -> bool {
    let built = fs::metadata(root().join("dist/index.html")).and_then(|page| page.modified());
    built.is_ok_and(|built| built >= time)
}
