//! A profile's tables: ceilings, kernels, buffers.

use leptos::prelude::*;

use super::format::{bytes, count, counted, significant};
use crate::{
    gpu::MatmulKind,
    kernels::Ceilings,
    train::{KernelProfile, Profile},
};

/// As in the sentence "Matrix products: …".
pub fn kind_name(kind: MatmulKind) -> &'static str {
    match kind {
        MatmulKind::Direct => "direct",
        MatmulKind::Quad => "quad",
        MatmulKind::Shared => "shared",
    }
}

fn kind_words(kind: MatmulKind) -> &'static str {
    match kind {
        MatmulKind::Direct => "8 × 8 elements a thread, straight from the buffers",
        MatmulKind::Quad => "16 × 8 elements a thread, loads shared by four threads",
        MatmulKind::Shared => "4 × 4 elements a thread, through workgroup memory",
    }
}

/// `used`: the kind that the device computes with.
#[component]
pub fn CeilingTable(ceilings: Ceilings, used: MatmulKind) -> impl IntoView {
    let products = ceilings.matmul_gigaflops.iter().map(|&(kind, rate)| {
        view! {
            <tr class:chosen=kind == used>
                <th scope="row">
                    {format!("Square product, {}", kind_name(kind))}
                    {(kind == used).then_some(view! { <span class="badge">"in use"</span> })}
                    <span class="fine">{kind_words(kind)}</span>
                </th>
                <td>{format!("{} GFLOP/s", significant(rate))}</td>
            </tr>
        }
    });
    view! {
        <section class="profile-part" aria-labelledby="profile-ceilings">
            <h3 id="profile-ceilings">"Ceilings"</h3>
            <p class="fine">"What this device reached at best, just now: the yardsticks for kernels."</p>
            <table class="scores profile-table">
                <thead><tr><th scope="col">"Measured"</th><th scope="col">"Rate"</th></tr></thead>
                <tbody>
                    {products.collect_view()}
                    <tr>
                        <th scope="row">
                            "Copy"<span class="fine">"from buffer to buffer, bytes read and written"</span>
                        </th>
                        <td>{format!("{} GB/s", significant(ceilings.copy_gigabytes_per_second))}</td>
                    </tr>
                </tbody>
            </table>
        </section>
    }
}

#[component]
pub fn KernelTable(profile: Profile) -> impl IntoView {
    if profile.kernels.is_empty() {
        return view! {
            <section class="profile-part" aria-labelledby="profile-kernels">
                <h3 id="profile-kernels">"Kernels"</h3>
                <p class="fine">
                    "This adapter has no timestamp queries, so that single kernels cannot be timed; the step’s times \
                     above are the page’s clock’s."
                </p>
            </section>
        }
        .into_any();
    }
    let alone: f64 = profile.kernels.iter().map(|kernel| kernel.milliseconds).sum();
    let largest = profile.kernels.first().map_or(0.0, |kernel| kernel.share);
    let against = format!(
        "Here each call sits in a pass of its own between two timestamps, so that none overlaps with the next, which \
         takes a GPU longer: together {} ms, against the {} ms of a whole step.",
        significant(alone),
        significant(profile.step_milliseconds),
    );
    view! {
        <section class="profile-part" aria-labelledby="profile-kernels">
            <h3 id="profile-kernels">"Kernels"</h3>
            <p class="fine">
                "A line is all calls of a kernel with the same sizes; the bar compares their times. “Of \
                 ceiling” is the larger of two shares: of the fastest square product’s GFLOP/s, and of a copy’s GB/s. \
                 Near 100 %, only less work would be faster; a low one with a large share is where there is time to win."
            </p>
            <p class="fine">
                {against} " Browsers may round timestamps to 0.1 ms: a call shorter than that reads as nothing or too much, \
                 and a dash stands where nothing is left."
            </p>
            <div class="table-scroll profile-scroll" tabindex="0" role="region" aria-label="Kernels of a training step">
                <table class="scores profile-table profile-kernels">
                    <thead>
                        <tr>
                            <th scope="col">"Kernel"</th>
                            <th scope="col">"Sizes"</th>
                            <th scope="col">"Calls"</th>
                            <th scope="col">"ms"</th>
                            <th scope="col">"Share"</th>
                            <th scope="col">"GFLOP/s"</th>
                            <th scope="col">"GB/s"</th>
                            <th scope="col">"Of ceiling"</th>
                        </tr>
                    </thead>
                    <tbody>{profile.kernels.iter().map(|kernel| kernel_row(kernel, largest)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn kernel_row(kernel: &KernelProfile, largest: f64) -> impl IntoView + use<> {
    let rate = |value: f64| if value > 0.0 { format!("{value:.2}") } else { "–".to_owned() };
    let of_ceiling = match kernel.of_ceiling {
        share if share > 0.0 => format!("{:.0} %", 100.0 * share),
        _ => "–".to_owned(),
    };
    view! {
        <tr>
            <th scope="row"><code>{kernel.kernel.clone()}</code></th>
            <td class="sizes">{kernel.detail.clone()}</td>
            <td>{count(kernel.calls)}</td>
            <td>{format!("{:.2}", kernel.milliseconds)}</td>
            {share_cell(kernel.share, largest)}
            <td>{rate(kernel.gigaflops)}</td>
            <td>{rate(kernel.gigabytes_per_second)}</td>
            <td>{of_ceiling}</td>
        </tr>
    }
}

/// A share with its bar, as long as the cell has room where it is the `largest` of its table.
fn share_cell(share: f64, largest: f64) -> impl IntoView + use<> {
    let length = if largest > 0.0 { share / largest } else { 0.0 };
    view! { <td class="share" style=format!("--length: {length:.3}")>{format!("{:.1} %", 100.0 * share)}</td> }
}

#[component]
pub fn BufferTable(profile: Profile) -> impl IntoView {
    let (large, small) = profile.buffers_by_size();
    let all = profile.gpu_bytes().max(1) as f64;
    let largest = large.first().map_or(0.0, |(_, size)| *size as f64 / all);
    let row = |label: &str, size: u64| {
        view! {
            <tr>
                <th scope="row">{label.to_owned()}</th>
                <td>{bytes(size as f64)}</td>
                {share_cell(size as f64 / all, largest)}
            </tr>
        }
    };
    let rest = (!small.is_empty()).then(|| {
        let label = counted(small.len(), "smaller kind", "smaller kinds");
        row(&label, small.iter().map(|(_, size)| size).sum())
    });
    view! {
        <section class="profile-part" aria-labelledby="profile-buffers">
            <h3 id="profile-buffers">"GPU buffers"</h3>
            <p class="fine">"What a run of this recipe holds on the device, evaluation included."</p>
            <div class="table-scroll profile-scroll" tabindex="0" role="region" aria-label="GPU buffers by size">
                <table class="scores profile-table">
                    <thead>
                        <tr><th scope="col">"Buffers"</th><th scope="col">"Size"</th><th scope="col">"Share"</th></tr>
                    </thead>
                    <tbody>
                        {large.iter().map(|(label, size)| row(label, *size)).collect_view()}
                        {rest}
                    </tbody>
                </table>
            </div>
        </section>
    }
}
